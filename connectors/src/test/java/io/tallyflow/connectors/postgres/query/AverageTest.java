package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AverageTest extends DatabaseTest {

    @Test
    void roundsOnceHalfAwayFromZeroToEighteenPlaces() throws SQLException {
        assertThat(average("1", 3)).isEqualTo("0.333333333333333333");
        assertThat(average("2", 3)).isEqualTo("0.666666666666666667");
        assertThat(average("-2", 3)).isEqualTo("-0.666666666666666667");
        assertThat(average("0.000000000000000001", 2)).isEqualTo("0.000000000000000001");
        assertThat(average("-0.000000000000000001", 2)).isEqualTo("-0.000000000000000001");
        // Just below a half: rounded to some more places first, it would be a half.
        assertThat(average("0.000000000000000003", 7)).isEqualTo("0");
        assertThat(average("0.499999999999999999", 1_000_000_000_000_000_000L)).isEqualTo("0");
        assertThat(average("0.500000000000000000", 1_000_000_000_000_000_000L))
                .isEqualTo("0.000000000000000001");
        assertThat(average("0", 5)).isEqualTo("0");
    }

    @Test
    void agreesWithBigDecimalOnRandomQuotients() throws SQLException {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            BigDecimal sum =
                    new BigDecimal(new BigInteger(random.nextInt(160), random), random.nextInt(19));
            BigDecimal signed = random.nextBoolean() ? sum : sum.negate();
            long readings = 1 + random.nextLong(random.nextBoolean() ? 10 : 1_000_000_000_000L);
            assertThat(new BigDecimal(average(signed.toPlainString(), readings)))
                    .as("%s / %s", signed, readings)
                    .isEqualByComparingTo(
                            signed.divide(BigDecimal.valueOf(readings), 18, RoundingMode.HALF_UP));
        }
    }

    private String average(String sum, long readings) throws SQLException {
        try (PreparedStatement statement =
                connection()
                        .prepareStatement(
                                "select trim_scale(tallyflow.average(?::numeric, ?))::text")) {
            statement.setString(1, sum);
            statement.setLong(2, readings);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
