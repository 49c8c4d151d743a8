package io.tallyflow.connectors.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret that stands in no argument: in an environment variable, or in the file that the variable
 * with {@code _FILE} behind its name names.
 */
public final class Secret {

    /** What is shown of one. */
    public static final String STARS = "*****";

    private static final String FILE = "_FILE";

    private static final Pattern LOGIN =
            Pattern.compile("//(?![\\w.~%+-]*@[^@\n]*$).*@", Pattern.MULTILINE);

    private Secret() {}

    /**
     * The secret; null if there is none. Line ends behind it in a file are not part of it.
     *
     * @param name of the variable
     * @throws IllegalArgumentException naming the variable, if the file cannot be read or is empty,
     *     or if both are set
     */
    public static @Nullable String find(String name, Map<String, String> environment) {
        String value = environment.get(name);
        String file = environment.getOrDefault(name + FILE, "");
        if (file.isEmpty()) {
            return value;
        }
        if (value != null && !value.isEmpty()) {
            throw new IllegalArgumentException(
                    name + " and " + name + FILE + " are both set: keep one of them");
        }
        String secret = read(name + FILE, Path.of(file));
        if (secret.isEmpty()) {
            throw new IllegalArgumentException(
                    name + FILE + " names " + file + ", which is empty: write the secret into it");
        }
        return secret;
    }

    /**
     * A text that repeats what somebody typed, without what stands in an address between {@code //}
     * and the last {@code @} of a line; a plain user name stays.
     */
    public static String withoutLogins(String text) {
        return LOGIN.matcher(text).replaceAll("//" + STARS + "@");
    }

    private static String read(String variable, Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("[\r\n]+$", "");
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    variable + " names " + file + ", which cannot be read (" + e + ")", e);
        }
    }
}
