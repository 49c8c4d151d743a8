package io.tallyflow.local.truth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The meters of the bundled {@code demo-meters.yaml}: the file for the pipeline, and what each of
 * them must say of an event. The second is written from the contract and not from the pipeline, so
 * that one can be held against the other.
 */
public final class DemoMeters {

    /** An event type that five meters match. */
    static final String PROMPT = "prompt";

    /** An event type that three meters match. */
    static final String STORAGE = "storage";

    /** An event type that no meter matches. */
    static final String HEARTBEAT = "heartbeat";

    /** All names of groups. */
    static final List<String> GROUPS = List.of("model", "type", "volume", "zone");

    static final String RESOURCE = "/demo-meters.yaml";

    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();

    private DemoMeters() {}

    /** The meters, in the order of the file; confined to one thread. */
    static List<DemoMeter> all() {
        List<String> none = List.of();
        List<String> model = List.of("model");
        List<String> type = List.of("type");
        List<String> zone = List.of("zone");
        List<String> modelAndType = List.of("model", "type");
        List<String> volumeAndZone = List.of("volume", "zone");
        return List.of(
                new DemoMeter("tokens_total", PROMPT, Aggregation.SUM, MINUTE, modelAndType, 0, 1),
                new DemoMeter("requests_total", PROMPT, Aggregation.COUNT, MINUTE, model, 0),
                new DemoMeter("users_active", PROMPT, Aggregation.UNIQUE_COUNT, HOUR, model, 0),
                new DemoMeter("tokens_average", PROMPT, Aggregation.AVG, HOUR, type, 1),
                new DemoMeter("tokens_largest", PROMPT, Aggregation.MAX, DAY, none),
                new DemoMeter(
                        "bytes_stored", STORAGE, Aggregation.LATEST, MINUTE, volumeAndZone, 0, 1),
                new DemoMeter("bytes_least", STORAGE, Aggregation.MIN, HOUR, zone, 1),
                new DemoMeter("volumes_used", STORAGE, Aggregation.UNIQUE_COUNT, DAY, none));
    }

    /** The names of the meters, in the order of the file. */
    public static List<String> names() {
        return all().stream().map(DemoMeter::slug).toList();
    }

    /** Puts the file into a directory, which is made if absent, and returns where it is. */
    public static Path writeTo(Path directory) throws IOException {
        return writeTo(directory, names());
    }

    /** The same with some of the meters only. */
    public static Path writeTo(Path directory, List<String> slugs) throws IOException {
        Path file = Files.createDirectories(directory).resolve("demo-meters.yaml");
        Path fresh = directory.resolve("demo-meters.yaml.new");
        try (InputStream bundled = DemoMeters.class.getResourceAsStream(RESOURCE)) {
            if (bundled == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            Files.writeString(fresh, only(slugs, new String(bundled.readAllBytes(), UTF_8)));
        }
        return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A definition begins where its slug is. */
    private static String only(List<String> slugs, String definitions) {
        String[] parts = definitions.split("(?m)(?=^  - slug: )");
        return Stream.concat(
                        Stream.of(parts[0]),
                        Arrays.stream(parts).skip(1).filter(part -> slugs.contains(slug(part))))
                .collect(Collectors.joining());
    }

    private static String slug(String definition) {
        return definition.lines().findFirst().orElse("").replace("  - slug: ", "").strip();
    }
}
