package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints that jobs left in a directory, laid out by Flink as {@code job/chk-N/_metadata}.
 * One without metadata, or with none in the file, was never completed and does not exist here.
 */
public final class RetainedCheckpoints {

    private static final Pattern NAME = Pattern.compile("chk-([0-9]{1,18})");

    private static final Comparator<Checkpoint> BY_NUMBER =
            Comparator.comparingLong(Checkpoint::number);

    private static final Comparator<Checkpoint> BY_AGE =
            Comparator.comparing(Checkpoint::completed).thenComparing(BY_NUMBER);

    private RetainedCheckpoints() {}

    private record Checkpoint(Path path, long number, FileTime completed) {}

    /**
     * The directory of the checkpoint to go on from. Within a job the number decides, whatever the
     * clock did; between jobs, each of which counts from its own start, the time of completion.
     *
     * @param root may be absent
     */
    public static Optional<Path> newest(Path root) {
        return jobs(root).stream()
                .flatMap(job -> completed(job).stream().max(BY_NUMBER).stream())
                .max(BY_AGE)
                .map(Checkpoint::path);
    }

    /**
     * Removes what jobs before the current one left, once the current one has enough checkpoints of
     * its own. Only for jobs that do not build on files of the checkpoint they started from.
     *
     * @param currentJob name of the job's directory
     * @param needed how many completed checkpoints the current job must have
     * @return whether nothing of earlier jobs is left
     */
    public static boolean removeEarlierJobs(Path root, String currentJob, int needed) {
        if (completed(root.resolve(currentJob)).size() < needed) {
            return false;
        }
        jobs(root).stream()
                .filter(job -> !job.getFileName().toString().equals(currentJob))
                .forEach(Directories::delete);
        return true;
    }

    private static List<Path> jobs(Path root) {
        return children(root).stream().filter(Files::isDirectory).toList();
    }

    private static List<Checkpoint> completed(Path job) {
        return children(job).stream().flatMap(path -> completedAt(path).stream()).toList();
    }

    private static Optional<Checkpoint> completedAt(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes metadata =
                    Files.readAttributes(path.resolve("_metadata"), BasicFileAttributes.class);
            return metadata.isRegularFile() && metadata.size() > 0
                    ? Optional.of(
                            new Checkpoint(
                                    path,
                                    Long.parseLong(name.group(1)),
                                    metadata.lastModifiedTime()))
                    : Optional.empty();
        } catch (NoSuchFileException incomplete) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A running job removes old checkpoints: what is gone meanwhile has no children. */
    private static List<Path> children(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
