package io.tallyflow.results;

import io.tallyflow.connectors.login.PostgresConnection;
import io.tallyflow.connectors.login.PostgresConnection.Password;
import io.tallyflow.connectors.login.PostgresConnection.User;
import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.PostgresUse;
import io.tallyflow.connectors.login.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres server and how to log in, as whoever asks for results knows it.
 *
 * @param connection its URL is fit to be shown
 */
public record PostgresAddress(PostgresConnection connection) {

    /** Environment variable that holds the password, so that it stands on no command line. */
    public static final String PASSWORD_VARIABLE = "TALLYFLOW_POSTGRES_PASSWORD";

    private static final String DATABASE_AND_USER = "tallyflow";

    /**
     * The address that the texts make.
     *
     * @param url JDBC URL without user and password
     * @param password null if none is known. Never shown.
     */
    public PostgresAddress(String url, String user, @Nullable String password) {
        this(new PostgresConnection(url, new User(user), new Password(password)));
    }

    /**
     * Reads {@code postgresql://user@host:port/database?options}, with or without {@code jdbc:}.
     * Database and user are {@code tallyflow} if not named.
     *
     * @throws IllegalArgumentException if it is not of that form or holds a password, or if the
     *     environment names two or none that can be read; the message does not repeat it
     */
    public static PostgresAddress parse(String text, Map<String, String> environment) {
        PostgresUrl read = PostgresUrl.parse(text, PASSWORD_VARIABLE).orDatabase(DATABASE_AND_USER);
        return new PostgresAddress(
                read.jdbc(),
                Objects.requireNonNullElse(read.user(), DATABASE_AND_USER),
                password(environment));
    }

    /**
     * The password of whoever asks; null if there is none.
     *
     * @throws RequestRefusedException if the environment does not tell it as it should
     */
    static @Nullable String password(Map<String, String> environment) {
        try {
            return Secret.find(PASSWORD_VARIABLE, environment);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(Objects.toString(e.getMessage(), e.toString()));
        }
    }

    /** JDBC URL without user and password. */
    public String url() {
        return connection.url();
    }

    /** Whom the database knows. */
    public String user() {
        return connection.user().name();
    }

    /** Null if none is known. Never shown. */
    public @Nullable String password() {
        return connection.password().text();
    }

    /** A new connection. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a new connection each time. */
    public DataSource dataSource() {
        return connection.dataSource(PostgresUse.QUESTIONS);
    }

    /** For people and their {@code psql}. */
    public String shown() {
        return "postgresql://"
                + PostgresUrl.encoded(user())
                + "@"
                + connection.shown().substring("jdbc:postgresql://".length());
    }

    @Override
    public String toString() {
        return shown();
    }
}
