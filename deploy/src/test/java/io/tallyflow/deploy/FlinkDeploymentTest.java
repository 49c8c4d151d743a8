package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.jobs.metering.FlinkSettings;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.kubernetes.utils.Constants;
import org.junit.jupiter.api.Test;

/** What the FlinkDeployment and the manifests around it name exists in the project. */
final class FlinkDeploymentTest {

    /** Not as on a machine of one's own: here a network policy guards the port. */
    private static final Set<String> DIFFERENT = Set.of("rest.bind-address");

    private final JsonNode deployment = Repository.yaml("deploy/kubernetes/deployment.yaml");
    private final JsonNode spec = deployment.get("spec");
    private final JsonNode container = spec.at("/podTemplate/spec/containers/0");

    @Test
    void settingsAreFlinksAndKeepThePromises() {
        assertThat(FlinkOptions.problems(settings())).isEmpty();
        assertThatCode(() -> FlinkSettings.check(Configuration.fromMap(settings())))
                .doesNotThrowAnyException();
    }

    @Test
    void settingsAreThoseOfEveryOtherCluster() {
        Map<String, String> others =
                GlobalConfiguration.loadConfiguration(
                                Repository.ROOT.resolve("flink-conf").toString())
                        .toMap();
        others.keySet().removeAll(DIFFERENT);
        assertThat(settings()).containsAllEntriesOf(others);
        assertThat(settings().get("env.java.opts.all"))
                .isEqualTo(
                        "-Duser.timezone=UTC -Duser.language= -Duser.country= "
                                + Repository.pom("flink.add.opens"));
    }

    @Test
    void logsAsEveryOtherContainerDoes() {
        assertThat(spec.at("/logConfiguration/log4j-console.properties").asText())
                .isEqualTo(Repository.text("flink-conf/log4j-console.properties"));
    }

    @Test
    void theJobAndItsOptionsExist() throws Exception {
        JsonNode job = spec.get("job");
        assertThat(job.get("entryClass").asText()).isEqualTo(MeteringJob.class.getName());
        assertThat(job.get("jarURI").asText())
                .isEqualTo("local:///opt/flink/usrlib/tallyflow-job.jar");
        assertThat(Repository.text("deploy/container/Dockerfile"))
                .contains(" /opt/flink/usrlib/tallyflow-job.jar\n");
        MeteringOptions options =
                ManifestArguments.read(
                        Repository.texts(job.get("args")),
                        Repository.ROOT.resolve("deploy/kubernetes/lake.properties"));
        assertThat(options.meters()).hasToString(ManifestArguments.METERS);
        assertThat(options.lake().options()).isNotNull();
        assertThat(job.get("upgradeMode").asText()).isEqualTo("savepoint");
    }

    @Test
    void pathsOfTheOptionsAreMounted() {
        Map<String, String> volumes = new LinkedHashMap<>();
        spec.at("/podTemplate/spec/volumes")
                .forEach(
                        volume ->
                                volumes.put(
                                        volume.get("name").asText(),
                                        volume.at("/configMap/name").asText()));
        Map<String, String> mounted = new LinkedHashMap<>();
        container
                .get("volumeMounts")
                .forEach(
                        mount ->
                                mounted.put(
                                        mount.get("mountPath").asText(),
                                        volumes.get(mount.get("name").asText())));
        assertThat(mounted)
                .containsEntry("/opt/tallyflow/meters", "tallyflow-meters")
                .containsEntry("/opt/tallyflow/lake", "tallyflow-lake");
        assertThat(
                        Repository.yaml("deploy/kubernetes/kustomization.yaml")
                                .get("configMapGenerator"))
                .extracting(map -> map.get("name").asText())
                .containsExactly("tallyflow-meters", "tallyflow-lake");
    }

    @Test
    void secretsAreReferencesOnly() {
        List<String> references = new ArrayList<>();
        container
                .get("env")
                .forEach(
                        variable -> {
                            if (variable.has("valueFrom")) {
                                references.add(variable.get("name").asText());
                            }
                        });
        assertThat(references)
                .containsExactlyInAnyOrder(
                        MeteringOptionsReader.PASSWORD_VARIABLE,
                        "TALLYFLOW_LAKE_CREDENTIAL",
                        "AWS_ACCESS_KEY_ID",
                        "AWS_SECRET_ACCESS_KEY");
        assertThat(deployment.toString().toLowerCase(Locale.ROOT))
                .doesNotContain("\"password\":", "secret-key:");
    }

    @Test
    void theContainerIsFlinksAndRunsOurEntryPointAsNobodySpecial() {
        assertThat(container.get("name").asText()).isEqualTo(Constants.MAIN_CONTAINER_NAME);
        assertThat(settings()).containsEntry("kubernetes.entry.path", "/opt/tallyflow/entrypoint");
        assertThat(spec.at("/podTemplate/spec/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(container.toString())
                .contains("flink-s3-fs-hadoop-" + Repository.pom("version.flink") + ".jar");
    }

    @Test
    void policiesSelectThePodsThatFlinkStarts() {
        String name = deployment.at("/metadata/name").asText();
        JsonNode policy = Repository.yaml("deploy/kubernetes/network-policy.yaml");
        assertThat(policy.at("/spec/podSelector/matchLabels/" + Constants.LABEL_APP_KEY).asText())
                .isEqualTo(name);
        assertThat(policy.at("/spec/ingress/1/ports/0/port").asInt())
                .isEqualTo(Constants.REST_PORT);
        assertThat(settings().get("metrics.reporter.prometheus.port"))
                .startsWith(policy.at("/spec/ingress/2/ports/0/port").asText() + "-");
        assertThat(container.at("/ports/0/containerPort").asText())
                .isEqualTo(policy.at("/spec/ingress/2/ports/0/port").asText());
        JsonNode budget =
                Repository.yaml("deploy/kubernetes/disruption-budget.yaml")
                        .at("/spec/selector/matchLabels");
        assertThat(budget.path(Constants.LABEL_APP_KEY).asText()).isEqualTo(name);
        assertThat(budget.path(Constants.LABEL_COMPONENT_KEY).asText())
                .isEqualTo(Constants.LABEL_COMPONENT_TASK_MANAGER);
        JsonNode monitor = Repository.yaml("deploy/kubernetes/pod-monitor.yaml").get("spec");
        assertThat(monitor.at("/selector/matchLabels/" + Constants.LABEL_TYPE_KEY).asText())
                .isEqualTo(Constants.LABEL_TYPE_NATIVE_TYPE);
        assertThat(monitor.at("/podMetricsEndpoints/0/port").asText())
                .isEqualTo(container.at("/ports/0/name").asText());
    }

    @Test
    void theSavepointIsOfThisJob() {
        JsonNode savepoint = Repository.yaml("deploy/kubernetes/savepoint.yaml").get("spec");
        assertThat(savepoint.at("/jobReference/kind")).isEqualTo(deployment.get("kind"));
        assertThat(savepoint.at("/jobReference/name")).isEqualTo(deployment.at("/metadata/name"));
    }

    @Test
    void theSchemaProgramGetsTheSameDatabase() {
        List<String> schema =
                Repository.texts(
                        Repository.yaml("deploy/kubernetes/schema.yaml")
                                .at("/spec/jobTemplate/spec/template/spec/containers/0/args"));
        List<String> job = Repository.texts(spec.at("/job/args"));
        assertThat(schema).startsWith("schema", "--" + Option.POSTGRES_URL.key());
        assertThat(schema.get(2))
                .isEqualTo(job.get(job.indexOf("--" + Option.POSTGRES_URL.key()) + 1));
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        spec.get("flinkConfiguration")
                .fields()
                .forEachRemaining(each -> settings.put(each.getKey(), each.getValue().asText()));
        return settings;
    }
}
