package io.tallyflow.results;

import io.tallyflow.connectors.login.PostgresUrl;
import io.tallyflow.connectors.login.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A Postgres server and how to log in.
 *
 * @param url JDBC URL without user and password: fit to be shown
 * @param password null if none is known. Never shown.
 */
public record PostgresAddress(String url, String user, @Nullable String password) {

    /** Environment variable that holds the password, so that it stands on no command line. */
    public static final String PASSWORD_VARIABLE = "TALLYFLOW_POSTGRES_PASSWORD";

    private static final int LOGIN_SECONDS = 15;

    private static final String DATABASE_AND_USER = "tallyflow";

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

    /** A new connection. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a new connection each time. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setLoginTimeout(LOGIN_SECONDS);
        // A pool in transaction mode may know another statement by the same name.
        source.setPrepareThreshold(0);
        return source;
    }

    /** For people and their {@code psql}. */
    public String shown() {
        String rest = url.substring("jdbc:postgresql://".length());
        int options = rest.indexOf('?');
        return "postgresql://"
                + PostgresUrl.encoded(user)
                + "@"
                + (options < 0 ? rest : rest.substring(0, options));
    }

    @Override
    public String toString() {
        return shown();
    }
}
