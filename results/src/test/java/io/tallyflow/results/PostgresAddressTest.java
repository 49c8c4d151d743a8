package io.tallyflow.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PostgresAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:hidden@h/d",
                "jdbc:postgresql://u:hidden@h:5432/d?ssl=true",
                "postgresql://u:@h/d",
                "postgresql://h/d?password=hidden",
                "postgresql://h/d?ssl=true&sslpassword=hidden",
                "postgresql://h/d?PASSWORD=hidden"
            })
    void refusesAPasswordThatEverybodyWouldSeeAndDoesNotRepeatIt(String address) {
        assertThatThrownBy(() -> PostgresAddress.parse(address, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds a password")
                .hasMessageContaining("TALLYFLOW_POSTGRES_PASSWORD_FILE")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void takesThePasswordFromTheEnvironment() {
        PostgresAddress address =
                PostgresAddress.parse(
                        "postgresql://ann%40b@h:1/d?ssl=true",
                        Map.of(PostgresAddress.PASSWORD_VARIABLE, "hidden"));
        assertThat(address)
                .isEqualTo(
                        new PostgresAddress("jdbc:postgresql://h:1/d?ssl=true", "ann@b", "hidden"));
        assertThat(address.toString()).doesNotContain("hidden");
    }
}
