package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every manifest is of a published kind and names nothing that this kind does not know. */
final class KubernetesManifestsTest {

    private static final Path FOLDER = Repository.ROOT.resolve("deploy/kubernetes");

    /** Kinds whose classes are published. */
    private static final Map<String, Class<?>> CLASSES =
            Map.of(
                    "v1/ServiceAccount", ServiceAccount.class,
                    "rbac.authorization.k8s.io/v1/Role", Role.class,
                    "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class,
                    "batch/v1/CronJob", CronJob.class,
                    "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
                    "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
                    "monitoring.coreos.com/v1/PodMonitor", PodMonitor.class,
                    "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class,
                    "kafka.strimzi.io/v1beta2/KafkaTopic", KafkaTopic.class);

    /** Kinds whose definitions are published. */
    private static final Map<String, String> DEFINITIONS =
            Map.of(
                    "flink.apache.org/v1beta1/FlinkDeployment", "flinkdeployments",
                    "flink.apache.org/v1beta1/FlinkStateSnapshot", "flinkstatesnapshots");

    private static final ObjectMapper STRICT =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .setAnnotationIntrospector(
                            new JacksonAnnotationIntrospector() {
                                @Serial private static final long serialVersionUID = 1L;

                                /** The classes would take any name and put it aside. */
                                @Override
                                public Boolean hasAnySetter(Annotated annotated) {
                                    return false;
                                }
                            });

    @ParameterizedTest
    @MethodSource("manifests")
    void isWhatItsKindAllows(JsonNode manifest) throws IOException {
        String kind = kind(manifest);
        if (DEFINITIONS.containsKey(kind)) {
            assertThat(StrictSchema.problems(schema(DEFINITIONS.get(kind)), manifest))
                    .as("problems of %s", kind)
                    .filteredOn(problem -> !isNewerFlink(problem))
                    .isEmpty();
        } else {
            assertThat(CLASSES).as("published kinds").containsKey(kind);
            assertThat(STRICT.treeToValue(manifest, CLASSES.get(kind))).isNotNull();
        }
        assertThat(manifest.at("/metadata/name").asText() + manifest.at("/metadata/generateName"))
                .isNotBlank();
    }

    @Test
    void anUnknownNameWouldBeNoticed() {
        JsonNode manifest =
                Repository.documents(
                                """
                                apiVersion: policy/v1
                                kind: PodDisruptionBudget
                                spec: {maxUnavailible: 1}
                                """)
                        .get(0);
        assertThat(catchThrowable(() -> STRICT.treeToValue(manifest, PodDisruptionBudget.class)))
                .hasMessageContaining("maxUnavailible");
    }

    @Test
    void kustomizeTakesEveryManifestThatBelongsToTheJob() throws IOException {
        JsonNode kustomization = Repository.yaml("deploy/kubernetes/kustomization.yaml");
        List<String> listed = Repository.texts(kustomization.get("resources"));
        assertThat(listed).allMatch(file -> Files.exists(FOLDER.resolve(file)));
        kustomization
                .get("configMapGenerator")
                .forEach(
                        map ->
                                assertThat(Repository.texts(map.get("files")))
                                        .allMatch(file -> Files.exists(FOLDER.resolve(file))));
        // Topics go to another namespace, and each creation of the last one is a savepoint.
        assertThat(manifestFiles())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(listed.stream(), Stream.of("topics.yaml", "savepoint.yaml"))
                                .toList());
    }

    @Test
    void theScriptPrintsTheAlertsAsAPrometheusRule() throws Exception {
        ScriptRun run = ScriptRun.of(List.of("deploy/kubernetes/prometheus-rule"), Map.of());
        assertThat(run.exitCode()).isZero();
        JsonNode rule = Repository.documents(run.output()).get(0);
        assertThat(kind(rule)).isEqualTo("monitoring.coreos.com/v1/PrometheusRule");
        assertThat(STRICT.treeToValue(rule, PrometheusRule.class)).isNotNull();
        assertThat(rule.at("/spec/groups"))
                .isEqualTo(Repository.yaml("deploy/monitoring/alerts.yaml").get("groups"));
    }

    static Stream<JsonNode> manifests() throws IOException {
        List<JsonNode> manifests = new ArrayList<>();
        for (String file : manifestFiles()) {
            manifests.addAll(Repository.documents(Files.readString(FOLDER.resolve(file))));
        }
        return manifests.stream();
    }

    private static List<String> manifestFiles() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .filter(
                            name ->
                                    !List.of(
                                                    "kustomization.yaml",
                                                    "image-names.yaml",
                                                    "meters.yaml")
                                            .contains(name))
                    .sorted()
                    .toList();
        }
    }

    /** The newest published definition is older than the operator that knows Flink 2.1. */
    private static boolean isNewerFlink(String problem) {
        return problem.startsWith("spec.flinkVersion must be one of ")
                && problem.endsWith("but is \"v2_1\"");
    }

    private static String kind(JsonNode manifest) {
        return manifest.path("apiVersion").asText() + "/" + manifest.path("kind").asText();
    }

    private static JsonNode schema(String plural) throws IOException {
        String name = "META-INF/fabric8/" + plural + ".flink.apache.org-v1.yml";
        try (InputStream in =
                KubernetesManifestsTest.class.getClassLoader().getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            JsonNode definition =
                    Repository.documents(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                            .get(0);
            return definition.at("/spec/versions/0/schema/openAPIV3Schema");
        }
    }
}
