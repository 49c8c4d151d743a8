package io.tallyflow.jobs.schema;

import io.tallyflow.connectors.login.PostgresConnection;
import io.tallyflow.connectors.login.PostgresConnection.Password;
import io.tallyflow.connectors.login.PostgresConnection.User;
import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.PostgresUse;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.schema.Upkeep;
import io.tallyflow.jobs.metering.GivenOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of the job jar that brings the schema up to date and makes partitions for a year ahead.
 * It must run before the job of a new version does, and once a month; running it again does no
 * harm. It needs no Flink cluster, and the rights of the schema's owner, which the job does not
 * need.
 */
public final class PrepareSchema {

    private static final Logger LOG = LoggerFactory.getLogger(PrepareSchema.class);

    private static final List<Option> KNOWN = List.of(Option.POSTGRES_URL, Option.POSTGRES_USER);
    private static final String FORM = "--postgres.url URL or --postgres.user USER";

    private PrepareSchema() {}

    /**
     * Arguments are {@code --postgres.url} and {@code --postgres.user} as for the job; the password
     * is taken from the same environment variable.
     */
    public static void main(String[] arguments) throws SQLException {
        DataSource database = database(arguments, System.getenv());
        Migrations.apply(database);
        Upkeep.Done done = Upkeep.run(database);
        LOG.info(
                "The schema {} is up to date; {} months made, {} commits left the history",
                Migrations.SCHEMA,
                done.months(),
                done.commits());
    }

    /**
     * The database that the arguments name.
     *
     * @throws IllegalArgumentException naming every problem
     */
    static DataSource database(String[] arguments, Map<String, String> environment) {
        GivenOptions given = GivenOptions.only(KNOWN, FORM, arguments, environment);
        PostgresConnection owner =
                new PostgresConnection(
                        url(given),
                        new User(given.text(Option.POSTGRES_USER)),
                        new Password(given.secret(MeteringOptionsReader.PASSWORD_VARIABLE)));
        return given.complete(owner).dataSource(PostgresUse.SCHEMA);
    }

    private static String url(GivenOptions given) {
        String text = given.holds(Option.POSTGRES_URL) ? given.text(Option.POSTGRES_URL) : "";
        if (!text.startsWith("jdbc:postgresql:")) {
            given.refuse(Option.POSTGRES_URL, "must be a " + Option.POSTGRES_URL.description());
            return "";
        }
        try {
            return PostgresUrl.parse(text, MeteringOptionsReader.PASSWORD_VARIABLE).jdbc();
        } catch (IllegalArgumentException e) {
            given.refuse(Option.POSTGRES_URL, e);
            return "";
        }
    }
}
