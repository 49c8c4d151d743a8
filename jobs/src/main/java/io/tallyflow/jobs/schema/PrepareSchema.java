package io.tallyflow.jobs.schema;

import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.Secret;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.connectors.postgres.schema.Upkeep;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
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
        List<String> problems = new ArrayList<>();
        Map<Option, String> given = given(arguments, problems);
        String url = url(given.getOrDefault(Option.POSTGRES_URL, ""), problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(url);
        database.setUser(given.getOrDefault(Option.POSTGRES_USER, "tallyflow"));
        database.setPassword(Secret.find(MeteringOptionsReader.PASSWORD_VARIABLE, environment));
        database.setApplicationName("tallyflow schema");
        return database;
    }

    private static String url(String text, List<String> problems) {
        if (!text.startsWith("jdbc:postgresql:")) {
            problems.add("--postgres.url must be a " + Option.POSTGRES_URL.description());
            return "";
        }
        try {
            return PostgresUrl.parse(text, MeteringOptionsReader.PASSWORD_VARIABLE).jdbc();
        } catch (IllegalArgumentException e) {
            problems.add("--postgres.url " + e.getMessage());
            return "";
        }
    }

    private static Map<Option, String> given(String[] arguments, List<String> problems) {
        Map<Option, String> given = new EnumMap<>(Option.class);
        for (int i = 0; i < arguments.length; i += 2) {
            Option option = option(arguments[i]);
            if (option == null || i + 1 == arguments.length) {
                problems.add(
                        "expected --postgres.url URL or --postgres.user USER, found "
                                + Secret.withoutLogins(arguments[i]));
            } else {
                given.put(option, arguments[i + 1]);
            }
        }
        return given;
    }

    private static @Nullable Option option(String argument) {
        return switch (argument) {
            case "--postgres.url" -> Option.POSTGRES_URL;
            case "--postgres.user" -> Option.POSTGRES_USER;
            default -> null;
        };
    }
}
