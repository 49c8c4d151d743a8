package io.tallyflow.connectors.login;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How every client of ours reaches Postgres.
 *
 * @param url JDBC URL without user and password
 */
public record PostgresConnection(String url, User user, Password password) {

    /** Whom the database knows. */
    public record User(String name) {}

    /**
     * What the user logs in with.
     *
     * @param text null if none is known, and the driver may look into a file of its own. Never
     *     shown.
     */
    public record Password(@Nullable String text) {

        /** Stars, or nothing if there is none. */
        @Override
        public String toString() {
            return text == null || text.isEmpty() ? "" : Secret.STARS;
        }
    }

    /** Opens a new connection each time. */
    public DataSource dataSource(PostgresUse use) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user.name());
        source.setPassword(password.text());
        use.settings().forEach(source::setProperty);
        return source;
    }

    /** The URL without its parameters: fit to be shown to everybody. */
    public String shown() {
        return url.replaceFirst("\\?.*", "");
    }

    @Override
    public String toString() {
        return "PostgresConnection[" + shown() + ", " + user.name() + "]";
    }
}
