package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;

final class ClusterSettingsTest {

    @Test
    void ofThisRepositoryAreAccepted() {
        assertThatCode(
                        () ->
                                FlinkSettings.check(
                                        GlobalConfiguration.loadConfiguration("../flink-conf")))
                .doesNotThrowAnyException();
    }
}
