package io.tallyflow.cli;

import io.tallyflow.jobs.metering.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
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

    private static final Pattern PASSWORD_OPTION = Pattern.compile("(?i)[^=]*password=.*");

    private static final Pattern FORM =
            Pattern.compile(
                    "(?:jdbc:)?postgres(?:ql)?://"
                            + "(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?"
                            + "(?<hosts>[^/?@]+)(?:/(?<database>[^?]*))?(?:\\?(?<options>.*))?");

    /**
     * Reads {@code postgresql://user@host:port/database?options}, with or without {@code jdbc:}.
     * Database and user are {@code tallyflow} if not named.
     *
     * @throws IllegalArgumentException if it is not of that form or holds a password, or if the
     *     environment names two or none that can be read; the message does not repeat it
     */
    static PostgresAddress parse(String text, Map<String, String> environment) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "is not of the form postgresql://USER@HOST:PORT/DATABASE");
        }
        String user = decoded(form.group("user"));
        refusePassword(form.group("password") != null);
        StringJoiner options = new StringJoiner("&", "?", "").setEmptyValue("");
        for (String option : text(form.group("options")).split("&")) {
            if (option.startsWith("user=")) {
                user = decoded(option.substring("user=".length()));
            } else if (!option.isEmpty()) {
                refusePassword(PASSWORD_OPTION.matcher(option).matches());
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
                password(environment));
    }

    /**
     * The password of whoever asks; null if there is none.
     *
     * @throws UsageProblem if the environment does not tell it as it should
     */
    static @Nullable String password(Map<String, String> environment) {
        try {
            return Secret.find(PASSWORD_VARIABLE, environment);
        } catch (IllegalArgumentException e) {
            throw new UsageProblem(Objects.toString(e.getMessage(), e.toString()));
        }
    }

    /** Whoever sees the processes of the machine sees arguments. */
    private static void refusePassword(boolean found) {
        if (found) {
            throw new IllegalArgumentException(
                    "holds a password, which everybody would see: take it out and set "
                            + PASSWORD_VARIABLE
                            + ", or "
                            + PASSWORD_VARIABLE
                            + "_FILE to the file that holds it");
        }
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
        // A pool in transaction mode may know another statement by the same name.
        source.setPrepareThreshold(0);
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
