package io.tallyflow.connectors.login;

import io.tallyflow.schemas.meter.NearestName;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * The address of a Postgres as people write it, taken apart before the driver sees it: the driver
 * reports a URL that it does not understand as a whole, with the password that may be why.
 *
 * @param hosts {@code HOST} or {@code HOST:PORT}, several with commas between
 * @param database null if none is named
 * @param user null if none is named
 * @param options what the driver is told, by its own names
 */
public record PostgresUrl(
        String hosts,
        @Nullable String database,
        @Nullable String user,
        Map<String, String> options) {

    private static final Pattern SCHEME = Pattern.compile("(?:jdbc:)?postgres(?:ql)?://");

    private static final String HOST =
            "(?:[\\p{L}\\p{N}._-]+|\\[[0-9A-Fa-f:.]+(?:%[\\p{Alnum}._-]+)?])";
    private static final Pattern HOSTS =
            Pattern.compile(HOST + "(?::[0-9]{1,5})?(?:," + HOST + "(?::[0-9]{1,5})?)*");
    private static final Pattern PORT = Pattern.compile("(?<=[^:\\[]):([0-9]+)(?=,|$)");
    private static final int MOST_PORTS = 65_535;

    /** Where they stand unescaped, nobody can say which part of the address they belong to. */
    private static final Pattern SEPARATOR = Pattern.compile("[/?#@]");

    /** In an address of another kind. */
    private static final Pattern PASSWORD =
            Pattern.compile("(?i)[?&][^=&]*password=|//[^/@:]*:(?![0-9]+/)[^@]*@");

    private static final Pattern ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    /** Names of libpq that the driver does not know, and would pass over in silence. */
    private static final Map<String, String> OF_LIBPQ =
            Map.of(
                    "application_name", "ApplicationName",
                    "channel_binding", "channelBinding",
                    "connect_timeout", "connectTimeout",
                    "gssencmode", "gssEncMode",
                    "require_auth", "requireAuth");

    /** Would say again, and otherwise, what the address says. */
    private static final Set<String> ELSEWHERE = Set.of("PGDBNAME", "PGHOST", "PGPORT", "service");

    private static final List<String> KNOWN =
            Stream.concat(
                            Arrays.stream(PGProperty.values()).map(PGProperty::getName),
                            OF_LIBPQ.keySet().stream())
                    .filter(name -> !ELSEWHERE.contains(name) && !isSecret(name))
                    .toList();

    /** Keeps the options in their order. */
    public PostgresUrl {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * Reads {@code postgresql://USER@HOST:PORT/DATABASE?OPTIONS}, or the same with {@code jdbc:}.
     *
     * @param variable environment variable where a password belongs
     * @throws IllegalArgumentException if it is not of that form, holds a password or an option
     *     that the driver does not know; the message goes on after the name of what was given and
     *     repeats nothing that may be a secret
     */
    public static PostgresUrl parse(String text, String variable) {
        String rest = withoutScheme(text);
        boolean jdbc = text.startsWith("jdbc:");
        int at = rest.lastIndexOf('@');
        String login = rest.substring(0, Math.max(at, 0));
        if (SEPARATOR.matcher(login).find()) {
            throw unclear(variable);
        }
        if (login.contains(":")) {
            throw password(variable);
        }
        String[] addressAndOptions = rest.substring(at + 1).split("\\?", 2);
        String[] hostsAndDatabase = addressAndOptions[0].split("/", 2);
        String database = hostsAndDatabase.length == 1 ? "" : hostsAndDatabase[1];
        if (SEPARATOR.matcher(database).find()) {
            throw unclear(variable);
        }
        Map<String, String> options = new LinkedHashMap<>();
        if (addressAndOptions.length == 2) {
            readOptions(addressAndOptions[1], jdbc, variable, options);
        }
        String named = options.remove("user");
        String user = at < 0 ? named : decoded(login, false);
        return new PostgresUrl(
                hosts(hostsAndDatabase[0], variable),
                database.isEmpty() ? null : decoded(database, jdbc),
                user == null || user.isEmpty() ? null : user,
                options);
    }

    /**
     * An address for a driver or another client, in the form in which it cannot be misunderstood:
     * without a user, whom an option names, and without a password.
     *
     * @param text of Postgres with {@code jdbc:}, or of something else, which stays as it is
     * @throws IllegalArgumentException as from {@link #parse}, and if it names a user
     */
    public static String checked(String text, String variable) {
        if (!text.startsWith("jdbc:postgresql:")) {
            if (PASSWORD.matcher(text).find()) {
                throw password(variable);
            }
            return text;
        }
        PostgresUrl read = parse(text, variable);
        if (read.user() != null) {
            throw new IllegalArgumentException("names a user, which has an option of its own");
        }
        return read.jdbc();
    }

    private static String withoutScheme(String text) {
        var scheme = SCHEME.matcher(text);
        if (!scheme.lookingAt()) {
            throw new IllegalArgumentException(
                    "is not of the form postgresql://USER@HOST:PORT/DATABASE");
        }
        return text.substring(scheme.end());
    }

    private static String hosts(String text, String variable) {
        // As a URI has the zone of an address.
        String hosts = text.replaceAll("%25(?=[^\\[]*])", "%");
        if (!HOSTS.matcher(hosts).matches()) {
            throw unclear(variable);
        }
        PORT.matcher(hosts)
                .results()
                .mapToInt(port -> Integer.parseInt(port.group(1)))
                .filter(port -> port < 1 || port > MOST_PORTS)
                .findFirst()
                .ifPresent(
                        port -> {
                            throw new IllegalArgumentException(
                                    "has a port that is not from 1 to " + MOST_PORTS);
                        });
        return hosts;
    }

    private static void readOptions(
            String text, boolean plusIsBlank, String variable, Map<String, String> options) {
        for (String option : text.split("&", -1)) {
            String[] nameAndValue = option.split("=", 2);
            String given = decoded(nameAndValue[0], plusIsBlank);
            if (isSecret(given)) {
                throw password(variable);
            }
            if (nameAndValue.length == 1 && !option.isEmpty()
                    || nameAndValue.length == 2 && nameAndValue[1].matches(".*[#@].*")) {
                throw unclear(variable);
            }
            if (!option.isEmpty()
                    && options.put(known(given), decoded(nameAndValue[1], plusIsBlank)) != null) {
                throw new IllegalArgumentException("has the option " + given + " twice");
            }
        }
    }

    private static boolean isSecret(String option) {
        return Pattern.compile("password$", Pattern.CASE_INSENSITIVE).matcher(option).find();
    }

    private static String known(String name) {
        if (!KNOWN.contains(name)) {
            String nearest = NearestName.of(name, KNOWN);
            throw new IllegalArgumentException(
                    nearest == null
                            ? "has an option that the driver of Postgres does not know: see the"
                                    + " connection parameters of pgJDBC"
                            : "has an option that the driver of Postgres does not know; perhaps "
                                    + nearest
                                    + " is meant");
        }
        return OF_LIBPQ.getOrDefault(name, name);
    }

    private static IllegalArgumentException unclear(String variable) {
        return new IllegalArgumentException(
                "is not of the form postgresql://USER@HOST:PORT/DATABASE; in names and options"
                        + " an at sign is written %40, / %2F, ? %3F and # %23, and a password"
                        + " belongs into "
                        + variable);
    }

    /** Whoever sees the processes of the machine sees arguments. */
    private static IllegalArgumentException password(String variable) {
        return new IllegalArgumentException(
                "holds a password, which everybody would see: take it out and set "
                        + variable
                        + ", or "
                        + variable
                        + "_FILE to the file that holds it");
    }

    private static String decoded(String text, boolean plusIsBlank) {
        String decoded = percentDecoded(plusIsBlank ? text.replace('+', ' ') : text);
        if (decoded == null || decoded.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "has a % that is not followed by the two digits of a byte of UTF-8: % itself is"
                            + " written %25");
        }
        return decoded;
    }

    private static @Nullable String percentDecoded(String text) {
        if (ESCAPE.matcher(text).find()) {
            return null;
        }
        byte[] given = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(given.length);
        for (int i = 0; i < given.length; i++) {
            if (given[i] == '%') {
                bytes.put(
                        (byte)
                                Integer.parseInt(
                                        new String(given, i + 1, 2, StandardCharsets.US_ASCII),
                                        16));
                i += 2;
            } else {
                bytes.put(given[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** For the driver, which understands it; without the user. */
    public String jdbc() {
        StringJoiner all = new StringJoiner("&", "?", "").setEmptyValue("");
        options.forEach((name, value) -> all.add(name + "=" + encoded(value)));
        return "jdbc:postgresql://"
                + hosts
                + "/"
                + (database == null ? "" : encoded(database))
                + all;
    }

    /** A name as it stands in an address, for every reader of such. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The same address for a database, if it names none. */
    public PostgresUrl orDatabase(String otherwise) {
        return database == null ? new PostgresUrl(hosts, otherwise, user, options) : this;
    }
}
