package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The one jar that a cluster runs. */
final class JobJarIT {

    private static final Path FILE = Path.of("target/tallyflow-job.jar");
    private static final long MOST_BYTES = 70_000_000;

    /** What Flink loads from its own lib directory, whatever a job brings. */
    private static final List<String> FLINKS_OWN =
            List.of(
                    "org/apache/flink/",
                    "org/apache/log4j/",
                    "org/apache/logging/",
                    "org/apache/commons/logging/",
                    "org/slf4j/",
                    "org/rocksdb/",
                    "com/esotericsoftware/kryo/",
                    "scala/",
                    "ch/qos/logback/");

    /** Connectors are not in Flink's lib directory. */
    private static final List<String> CONNECTORS =
            List.of(
                    "org/apache/flink/connector/kafka/",
                    "org/apache/flink/connector/jdbc/",
                    "org/apache/flink/streaming/connectors/kafka/",
                    "org/apache/flink/streaming/util/serialization/JSONKeyValue");

    private static JarFile jar;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(FILE.toFile());
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    @Test
    void runsTheMeteringJob() throws IOException {
        assertThat(jar.getManifest().getMainAttributes().getValue(Name.MAIN_CLASS))
                .isEqualTo(MeteringJob.class.getName());
        assertThat(classes()).contains(MeteringJob.class.getName().replace('.', '/') + ".class");
    }

    @Test
    void bringsWhatAClusterLacks() {
        assertThat(classes())
                .contains(
                        "io/tallyflow/functions/parse/UsageEventParser.class",
                        "org/apache/flink/connector/kafka/source/KafkaSource.class",
                        "org/apache/flink/connector/jdbc/JdbcConnectionOptions.class",
                        "org/apache/kafka/clients/consumer/KafkaConsumer.class",
                        "org/apache/iceberg/jdbc/JdbcCatalog.class",
                        "org/apache/iceberg/rest/RESTCatalog.class",
                        "org/apache/iceberg/aws/s3/S3FileIO.class",
                        "software/amazon/awssdk/services/s3/S3Client.class",
                        "software/amazon/awssdk/services/sts/StsClient.class",
                        "org/apache/parquet/hadoop/ParquetFileWriter.class",
                        "org/flywaydb/core/Flyway.class",
                        "org/postgresql/Driver.class",
                        "org/yaml/snakeyaml/Yaml.class");
    }

    @Test
    void leavesToFlinkWhatIsFlinks() {
        assertThat(classes())
                .filteredOn(name -> FLINKS_OWN.stream().anyMatch(name::startsWith))
                .allMatch(name -> CONNECTORS.stream().anyMatch(name::startsWith));
    }

    /** A second one with other bytes would be found first, or not, by chance. */
    @Test
    void hasNoClassOfTheFlinkThatItIsCompiledAgainst() throws IOException {
        for (String provided : List.of("flink-runtime", "flink-core", "flink-connector-base")) {
            try (JarFile flink = new JarFile(onTheClassPath(provided))) {
                assertThat(classes()).doesNotContainAnyElementsOf(classesOf(flink));
            }
        }
    }

    @Test
    void joinsTheServicesOfAllItsParts() throws IOException {
        assertThat(service("java.sql.Driver")).contains("org.postgresql.Driver");
        assertThat(service("software.amazon.awssdk.http.SdkHttpService"))
                .contains("UrlConnectionSdkHttpService");
        assertThat(service("org.flywaydb.core.extensibility.Plugin"))
                .contains("PostgreSQLDatabaseType")
                .contains("org.flywaydb.core.internal");
    }

    @Test
    void carriesNoSignatureOfAJarThatItIsNot() {
        assertThat(jar.stream().map(ZipEntry::getName))
                .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"))
                .noneMatch(name -> name.endsWith("module-info.class"));
    }

    @Test
    void isNoLargerThanStated() throws IOException {
        assertThat(Files.size(FILE)).isLessThan(MOST_BYTES);
        assertThat(Files.readString(Path.of("../docs/operating/cluster.md")))
                .contains("less than " + MOST_BYTES / 1_000_000 + " MB");
    }

    private static List<String> classes() {
        return classesOf(jar);
    }

    private static List<String> classesOf(JarFile file) {
        return file.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(".class"))
                .filter(name -> !name.startsWith("META-INF/"))
                .toList();
    }

    private static String onTheClassPath(String artifact) {
        for (String entry : System.getProperty("java.class.path").split(":")) {
            if (entry.matches(".*/" + artifact + "-[0-9.]+\\.jar")) {
                return entry;
            }
        }
        throw new AssertionError(artifact + " is not on the class path");
    }

    private static String service(String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry("META-INF/services/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
