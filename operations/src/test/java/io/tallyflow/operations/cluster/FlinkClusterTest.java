package io.tallyflow.operations.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.operations.cluster.FlinkCluster.UploadedJar;
import io.tallyflow.results.savepoint.Savepoint;
import io.tallyflow.results.savepoint.SavepointFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against the REST interface of a real cluster. */
@Timeout(120)
final class FlinkClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir static Path directory;
    private static MiniCluster mini;
    private static FlinkCluster cluster;
    private static JobJar jar;

    @BeforeAll
    static void start() throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestOptions.ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        settings.set(RestOptions.BIND_PORT, "0");
        settings.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
        settings.set(WebOptions.TMP_DIR, directory.resolve("tmp").toString());
        settings.set(WebOptions.UPLOAD_DIR, directory.resolve("upload").toString());
        settings.set(
                CheckpointingOptions.SAVEPOINT_DIRECTORY,
                directory.resolve("savepoints").toUri().toString());
        mini =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(settings)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(4)
                                .build());
        mini.start();
        cluster = FlinkCluster.at(mini.getRestAddress().join().toString());
        jar = JobJar.of(write(directory.resolve("endless.jar")));
    }

    @AfterAll
    static void stop() throws Exception {
        mini.close();
    }

    @Test
    void runsAJobTakesSavepointsOfItAndStartsFromOne() {
        cluster.upload(jar);
        UploadedJar uploaded = cluster.upload(jar);
        assertThat(uploaded.wasThere()).isTrue();
        String first = start(uploaded, "endless", null, 1);
        assertThat(cluster.unfinished("endless")).containsExactly(first);
        Savepoint canonical =
                cluster.trigger(first, null, SavepointFormat.CANONICAL, false).await(PATIENCE);
        Savepoint last =
                cluster.trigger(
                                first,
                                directory.resolve("elsewhere").toUri().toString(),
                                SavepointFormat.NATIVE,
                                true)
                        .await(PATIENCE);
        assertThat(canonical.path()).contains("/savepoints/savepoint-");
        assertThat(last.path()).contains("/elsewhere/savepoint-");
        assertThat(last.checkpoint()).isEqualTo(canonical.checkpoint() + 1);
        assertThat(cluster.job(first).state()).isEqualTo("FINISHED");
        assertThat(cluster.unfinished("endless")).isEmpty();

        String second = start(uploaded, "endless", last.path(), 2);
        Savepoint after =
                cluster.trigger(second, null, SavepointFormat.CANONICAL, true).await(PATIENCE);
        assertThat(after.checkpoint()).isGreaterThan(last.checkpoint());
    }

    @Test
    void repeatsWhatTheMainClassSays() {
        UploadedJar uploaded = cluster.upload(jar);
        assertThatThrownBy(() -> cluster.start(uploaded, request(List.of(), null, 1)))
                .isInstanceOf(ClusterFailure.class)
                .hasMessage("a name is missing");
    }

    @Test
    void repeatsThatThereIsNoSuchSavepoint() {
        UploadedJar uploaded = cluster.upload(jar);
        StartRequest request = request(List.of("lost"), "file:/nowhere/at/all", 1);
        assertThatThrownBy(() -> cluster.start(uploaded, request))
                .isInstanceOf(ClusterFailure.class)
                .hasMessageContaining("file:/nowhere/at/all");
    }

    @Test
    void repeatsThatThereIsNoSuchJob() {
        String unknown = "0".repeat(32);
        assertThatThrownBy(() -> cluster.job(unknown))
                .isInstanceOf(ClusterFailure.class)
                .hasMessageContaining(unknown);
    }

    private static String start(
            UploadedJar uploaded, String name, @Nullable String savepoint, int parallelism) {
        StartRequest request = request(List.of(name), savepoint, parallelism);
        cluster.start(uploaded, request);
        assertThat(settled(request.jobId()).isRunning()).isTrue();
        assertThat(cluster.failure(request.jobId())).isNull();
        return request.jobId();
    }

    private static StartRequest request(
            List<String> arguments, @Nullable String savepoint, int parallelism) {
        String id = UUID.randomUUID().toString().replace("-", "");
        return new StartRequest(id, arguments, parallelism, savepoint);
    }

    private static JobView settled(String id) {
        return Deadline.in(PATIENCE)
                .await(
                        () -> {
                            JobView job = cluster.job(id);
                            return job.isRunning() || job.isOver() ? job : null;
                        });
    }

    private static Path write(Path file) throws IOException {
        String main = EndlessJob.class.getName();
        String entry = main.replace('.', '/') + ".class";
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest);
                InputStream in = EndlessJob.class.getClassLoader().getResourceAsStream(entry)) {
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
        }
        return file;
    }
}
