package io.tallyflow.benchmarks.measure;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Java program in a process of its own, with the class path of this one. Its standard input stays
 * open as long as this process lives; what it logs goes to a file.
 */
public final class JavaProcess implements AutoCloseable {

    private static final List<String> OPENED =
            List.of(
                    "java.lang",
                    "java.net",
                    "java.io",
                    "java.nio",
                    "sun.nio.ch",
                    "java.lang.reflect",
                    "java.text",
                    "java.time",
                    "java.util",
                    "java.util.concurrent",
                    "java.util.concurrent.atomic",
                    "java.util.concurrent.locks");

    private final Process process;
    private final BufferedReader said;
    private final Path log;

    private JavaProcess(Process process, Path log) {
        this.process = process;
        this.said = process.inputReader(StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param options of the Java machine
     * @param onClassPath which files of the class path it gets, by file name
     * @param log where its standard error goes
     */
    public static JavaProcess start(
            Class<?> main,
            List<String> arguments,
            List<String> options,
            Predicate<String> onClassPath,
            Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        OPENED.forEach(name -> command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
        command.add("-Dlog4j2.configurationFile=classpath:log4j2-benchmarks.xml");
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(onClassPath), main.getName()));
        command.addAll(arguments);
        ProcessBuilder process = new ProcessBuilder(command).redirectError(log.toFile());
        // As Tallyflow's launcher does.
        process.environment().putIfAbsent("MALLOC_ARENA_MAX", "1");
        return new JavaProcess(process.start(), log);
    }

    private static String classPath(Predicate<String> kept) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> kept.test(new File(entry).getName()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The next line that it says; null when it will say no more. */
    public @Nullable String line() throws IOException {
        return said.readLine();
    }

    /** CPU time since its start, nanoseconds. */
    public long cpuNanos() {
        return ProcessFacts.cpuOfFamily(process.pid());
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** The last cause that it logged, or else the last line, for a message. */
    public String lastWords() {
        try {
            List<String> lines =
                    Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
                            .filter(line -> !line.isBlank() && !line.startsWith("\t"))
                            .toList();
            List<String> causes =
                    lines.stream().filter(line -> line.startsWith("Caused by: ")).toList();
            List<String> words = causes.isEmpty() ? lines : causes;
            return words.isEmpty() ? "it logged nothing" : words.get(words.size() - 1);
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    /** Asks it to end, waits for so long, and kills it if it is still there. */
    void stop(Duration patience) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
        }
    }

    /** Kills it if it still runs, and waits until it is gone. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
