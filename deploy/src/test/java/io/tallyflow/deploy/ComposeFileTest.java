package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.jobs.metering.FlinkSettings;
import io.tallyflow.jobs.metering.MeteringOptions;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;

/** The compose file: its shape, and that what it names exists in the project. */
final class ComposeFileTest {

    private static final String FOLDER = "deploy/compose/";

    /** Of the compose specification, as far as they are used here. */
    private static final Set<String> OF_A_SERVICE =
            Set.of(
                    "image",
                    "restart",
                    "secrets",
                    "environment",
                    "env_file",
                    "ports",
                    "volumes",
                    "healthcheck",
                    "depends_on",
                    "entrypoint",
                    "command",
                    "profiles");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-([^}]*)}");

    private final JsonNode compose = Repository.yaml(FOLDER + "compose.yaml");
    private final JsonNode services = compose.get("services");

    @Test
    void hasOnlyWhatTheSpecificationNames() {
        assertThat(compose.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("name", "x-flink", "services", "secrets", "volumes");
        services.forEach(
                service -> assertThat(service.fieldNames()).toIterable().isSubsetOf(OF_A_SERVICE));
    }

    @Test
    void everyImageHasAFixedVersion() {
        services.forEach(
                service ->
                        assertThat(resolved(service.get("image").asText()))
                                .matches("[a-z0-9/-]+:.*[0-9].*")
                                .doesNotEndWith(":latest"));
    }

    @Test
    void serversAreOfTheVersionsThatTheProjectIsTestedWith() {
        assertThat(image("kafka")).isEqualTo("apache/kafka:" + Repository.pom("version.kafka"));
        assertThat(image("catalog")).endsWith(":" + Repository.pom("version.iceberg"));
        assertThat(Repository.pom("version.postgres.binaries"))
                .startsWith(image("postgres").replace("postgres:", "") + ".");
        assertThat(image("jobmanager")).isEqualTo("tallyflow:" + Repository.version());
        assertThat(services.at("/jobmanager/environment/ENABLE_BUILT_IN_PLUGINS").asText())
                .isEqualTo("flink-s3-fs-hadoop-" + Repository.pom("version.flink") + ".jar");
    }

    @Test
    void portsAreOnTheLoopbackAddressOnly() {
        services.forEach(
                service ->
                        service.path("ports")
                                .forEach(
                                        port ->
                                                assertThat(resolved(port.asText()))
                                                        .matches("127\\.0\\.0\\.1:\\d+:\\d+")));
    }

    @Test
    void everyServerTellsWhetherItIsWell() {
        services.fields()
                .forEachRemaining(
                        each -> {
                            boolean ends =
                                    !each.getValue().has("restart")
                                            || "schema".equals(each.getKey());
                            assertThat(each.getValue().has("healthcheck"))
                                    .as(each.getKey())
                                    .isNotEqualTo(ends);
                        });
    }

    @Test
    void dependsOnServicesThatAreThereInAWayThatTheyCanFulfil() {
        services.forEach(
                service ->
                        service.path("depends_on")
                                .fields()
                                .forEachRemaining(
                                        each -> {
                                            JsonNode other = services.path(each.getKey());
                                            assertThat(other.isObject()).as(each.getKey()).isTrue();
                                            assertThat(each.getValue().get("condition").asText())
                                                    .isEqualTo(
                                                            other.has("healthcheck")
                                                                    ? "service_healthy"
                                                                    : "service_completed_successfully");
                                        }));
    }

    @Test
    void mountsFilesAndVolumesThatAreThere() {
        services.forEach(
                service ->
                        service.path("volumes")
                                .forEach(volume -> mounts(resolved(volume.asText()))));
    }

    private void mounts(String volume) {
        String source = volume.split(":")[0];
        if (source.startsWith(".")) {
            assertThat(Files.exists(Repository.ROOT.resolve(FOLDER + source))).as(source).isTrue();
        } else {
            assertThat(compose.get("volumes").has(source)).as(source).isTrue();
        }
    }

    @Test
    void secretsAreFilesThatTheScriptMakes() {
        String script = Repository.text(FOLDER + "make-secrets");
        services.forEach(
                service ->
                        service.path("secrets")
                                .forEach(
                                        secret ->
                                                assertThat(
                                                                compose.get("secrets")
                                                                        .has(secret.asText()))
                                                        .isTrue()));
        compose.get("secrets")
                .fields()
                .forEachRemaining(
                        each -> {
                            assertThat(each.getValue().get("file").asText())
                                    .isEqualTo("./secrets/" + each.getKey());
                            assertThat(script).contains(" " + each.getKey());
                        });
        assertThat(Repository.text(FOLDER + ".gitignore").lines()).contains("secrets/", ".env");
    }

    @Test
    void everyVariableIsInTheExampleWithItsDefault() {
        Map<String, String> example = new LinkedHashMap<>();
        Repository.text(FOLDER + ".env.example")
                .lines()
                .filter(line -> line.startsWith("TALLYFLOW_"))
                .map(line -> line.split("=", 2))
                .forEach(pair -> example.put(pair[0], pair[1]));
        Map<String, String> used =
                VARIABLE.matcher(Repository.text(FOLDER + "compose.yaml"))
                        .results()
                        .collect(
                                Collectors.toMap(
                                        found -> found.group(1),
                                        found -> found.group(2),
                                        (one, other) -> {
                                            assertThat(other).isEqualTo(one);
                                            return one;
                                        }));
        assertThat(used).containsExactlyInAnyOrderEntriesOf(example);
    }

    @Test
    void theJobsOptionsExist() throws Exception {
        List<String> command = Repository.texts(services.at("/jobmanager/command"));
        assertThat(command.get(0)).isEqualTo("jobmanager");
        MeteringOptions options =
                ManifestArguments.read(
                        command.subList(1, command.size()),
                        Repository.ROOT.resolve(FOLDER + "lake.properties"));
        List<String> mounts = Repository.texts(services.at("/jobmanager/volumes"));
        assertThat(options.meters()).hasToString(ManifestArguments.METERS);
        assertThat(mounts).anyMatch(mount -> mount.contains(":" + ManifestArguments.METERS + ":"));
        assertThat(mounts)
                .anyMatch(mount -> mount.contains(":" + ManifestArguments.LAKE_PROPERTIES + ":"));
        assertThat(options.kafka().connection().bootstrap()).isEqualTo("kafka:9092");
        assertThat(services.at("/kafka/environment/KAFKA_ADVERTISED_LISTENERS").asText())
                .contains("INTERNAL://" + options.kafka().connection().bootstrap());
    }

    @Test
    void flinksSettingsExistAndKeepThePromises() {
        Map<String, String> settings =
                GlobalConfiguration.loadConfiguration(
                                Repository.ROOT.resolve("flink-conf").toString())
                        .toMap();
        Map<String, String> added = added();
        settings.putAll(added);
        assertThat(FlinkOptions.problems(settings)).isEmpty();
        assertThatCode(() -> FlinkSettings.check(Configuration.fromMap(settings)))
                .doesNotThrowAnyException();
        assertThat(added).containsEntry("high-availability.type", "zookeeper");
    }

    /**
     * The image's entry point takes spaces out of these lines and splits them at the first colon.
     */
    private Map<String, String> added() {
        Map<String, String> added = new LinkedHashMap<>();
        resolved(services.at("/jobmanager/environment/FLINK_PROPERTIES").asText())
                .lines()
                .map(line -> line.replaceAll("\\s", "").split(":", 2))
                .forEach(pair -> added.put(pair[0], pair[1]));
        return added;
    }

    @Test
    void kafkasSettingsExist() {
        Set<String> known = Set.copyOf(AbstractKafkaConfig.CONFIG_DEF.names());
        List<String> settings = new ArrayList<>();
        services.at("/kafka/environment")
                .fieldNames()
                .forEachRemaining(
                        name -> {
                            if (name.startsWith("KAFKA_")) {
                                settings.add(
                                        name.substring("KAFKA_".length())
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '.'));
                            }
                        });
        assertThat(settings).hasSizeGreaterThan(10).isSubsetOf(known);
    }

    @Test
    void prometheusScrapesWhereFlinkReports() {
        JsonNode scrape = Repository.yaml(FOLDER + "prometheus.yaml").at("/scrape_configs/0");
        JsonNode found = scrape.at("/dns_sd_configs/0");
        assertThat(Repository.texts(found.get("names")))
                .allMatch(services::has)
                .containsExactly("jobmanager", "taskmanager");
        assertThat(
                        GlobalConfiguration.loadConfiguration(
                                        Repository.ROOT.resolve("flink-conf").toString())
                                .toMap()
                                .get("metrics.reporter.prometheus.port"))
                .startsWith(found.get("port").asText() + "-");
    }

    @Test
    void grafanaReadsFromTheServersOfThisFile() {
        JsonNode sources = Repository.yaml(FOLDER + "grafana/datasources.yaml").get("datasources");
        assertThat(sources.get(0).get("url").asText()).isEqualTo("http://prometheus:9090");
        assertThat(sources.get(1).get("url").asText()).isEqualTo("postgres:5432");
        assertThat(sources.get(1).at("/jsonData/database"))
                .isEqualTo(services.at("/postgres/environment/POSTGRES_DB"));
        String path =
                Repository.yaml(FOLDER + "grafana/dashboards.yaml")
                        .at("/providers/0/options/path")
                        .asText();
        assertThat(Repository.texts(services.at("/grafana/volumes")))
                .anyMatch(mount -> mount.contains("dashboard.json:" + path + "/"));
    }

    private String image(String service) {
        return resolved(services.at("/" + service + "/image").asText());
    }

    /** As compose does without a file of variables. */
    private static String resolved(String text) {
        return VARIABLE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(found.group(2)));
    }
}
