package io.tallyflow.cli;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A Postgres server and how to log in.
 *
 * @param url JDBC URL without user and password: fit to be shown
 * @param password null if none is known. Never shown.
 */
record PostgresAddress(String url, String user, @Nullable String password) {

    /** Environment variable that holds the password, so that it stands on no command line. */
    static final String PASSWORD_VARIABLE = "TALLYFLOW_POSTGRES_PASSWORD";

    private static final int LOGIN_SECONDS = 15;

    private static final Pattern FORM =
            Pattern.compile(
                    "(?:jdbc:)?postgres(?:ql)?://"
                            + "(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?"
                            + "(?<hosts>[^/?@]+)(?:/(?<database>[^?]*))?(?:\\?(?<options>.*))?");

    /**
     * Reads {@code postgresql://user@host:port/database?options}, with or without {@code jdbc:}.
     * Database and user are {@code tallyflow} if not named.
     *
     * @throws IllegalArgumentException if it is not of that form; the message does not repeat it
     */
    static PostgresAddress parse(String text, Map<String, String> environment) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "not of the form postgresql://USER@HOST:PORT/DATABASE");
        }
        String user = decoded(form.group("user"));
        String password = decoded(form.group("password"));
        StringJoiner options = new StringJoiner("&", "?", "").setEmptyValue("");
        for (String option : text(form.group("options")).split("&")) {
            if (option.startsWith("user=")) {
                user = decoded(option.substring("user=".length()));
            } else if (option.startsWith("password=")) {
                password = decoded(option.substring("password=".length()));
            } else if (!option.isEmpty()) {
                options.add(option);
            }
        }
        String database = text(form.group("database"));
        return new PostgresAddress(
                "jdbc:postgresql://"
                        + form.group("hosts")
                        + "/"
                        + (database.isEmpty() ? "tallyflow" : database)
                        + options,
                user == null || user.isEmpty() ? "tallyflow" : user,
                password == null ? environment.get(PASSWORD_VARIABLE) : password);
    }

    private static @Nullable String decoded(@Nullable String text) {
        return text == null
                ? null
                : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** A new connection. */
    Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a new connection each time. */
    DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        source.setLoginTimeout(LOGIN_SECONDS);
        return source;
    }

    /** For people and their {@code psql}. */
    String shown() {
        String rest = url.substring("jdbc:postgresql://".length());
        int options = rest.indexOf('?');
        return "postgresql://" + user + "@" + (options < 0 ? rest : rest.substring(0, options));
    }

    @Override
    public String toString() {
        return shown();
    }
}
