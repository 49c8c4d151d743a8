package io.tallyflow.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The terminal that a command is run in, if there is one. */
public final class Terminal {

    private static final Size USUAL = new Size(24, 80);
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,3}) ([1-9][0-9]{0,3})");
    private static final long PATIENCE_MILLIS = 500;

    private Terminal() {}

    /** In characters. */
    public record Size(int rows, int columns) {}

    /** Whether input and output are a terminal that knows more than plain lines. */
    public static boolean isThere(Map<String, String> environment) {
        java.io.Console console = System.console();
        return console != null && isTerminal(console) && isCapable(environment.get("TERM"));
    }

    static boolean isCapable(@Nullable String term) {
        return term != null && !term.isEmpty() && !term.equals("dumb");
    }

    /** Newer Java has a console that is not a terminal, and a method that tells. */
    private static boolean isTerminal(java.io.Console console) {
        try {
            Object answer = java.io.Console.class.getMethod("isTerminal").invoke(console);
            return Boolean.TRUE.equals(answer);
        } catch (NoSuchMethodException olderJava) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** As it is now; the usual one if it cannot be told. */
    public static Size size() {
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectErrorStream(true)
                            .start();
            if (!stty.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return USUAL;
            }
            byte[] answer = stty.getInputStream().readAllBytes();
            return parse(new String(answer, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        }
    }

    static Size parse(String answer) {
        Matcher size = SIZE.matcher(answer.strip());
        return size.matches()
                ? new Size(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)))
                : USUAL;
    }
}
