package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
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

    /** Whoever reaches it can run code. */
    @Test
    void keepTheRestInterfaceOnTheLoopbackAddress() {
        assertThat(
                        GlobalConfiguration.loadConfiguration("../flink-conf")
                                .get(RestOptions.BIND_ADDRESS))
                .isEqualTo("localhost");
    }
}
