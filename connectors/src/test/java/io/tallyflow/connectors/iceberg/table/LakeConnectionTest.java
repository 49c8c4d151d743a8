package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LakeConnectionTest {

    private static final Map<String, String> SECRETS =
            Map.of(
                    LakeConnection.PASSWORD_VARIABLE, "canary",
                    LakeConnection.CREDENTIAL_VARIABLE, "id:canary");

    private static final CatalogTexts TEXTS =
            CatalogTexts.NONE
                    .withUri("somewhere")
                    .withWarehouse("there")
                    .withUser("ann")
                    .withPipeline("second");

    @Test
    void putsEachTextWhereTheCatalogLooksForIt() {
        LakeOptions lake = options(TEXTS.withKind("jdbc"), "");
        assertThat(lake.catalog())
                .containsEntry("type", "jdbc")
                .containsEntry("uri", "somewhere")
                .containsEntry("warehouse", "there")
                .containsEntry("jdbc.user", "ann")
                .containsEntry("jdbc.password", "canary")
                .doesNotContainKey("credential");
        assertThat(lake.pipeline()).isEqualTo("second");
    }

    @Test
    void tellsACatalogOfTheNetworkItsCredentialAndNoUser() {
        assertThat(options(TEXTS.withKind("rest"), "").catalog())
                .containsEntry("credential", "id:canary")
                .doesNotContainKeys("jdbc.user", "jdbc.password", "jdbc.socketTimeout");
    }

    /** For a command that has nothing but the file. */
    @Test
    void takesTheKindOfCatalogFromAFile(@TempDir Path folder) throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("lake.properties"),
                        "type=jdbc\nuri=jdbc:postgresql://h/d\njdbc.socketTimeout=7\n");
        LakeOptions lake = options(CatalogTexts.NONE, file.toString());
        assertThat(lake.catalog())
                .containsEntry("jdbc.password", "canary")
                .containsEntry("jdbc.prepareThreshold", "0")
                .containsEntry("jdbc.socketTimeout", "7")
                .doesNotContainKeys("jdbc.user", "credential");
        assertThat(lake.pipeline()).isEqualTo("metering");
    }

    private static LakeOptions options(CatalogTexts texts, String file) {
        return LakeConnection.options(texts, file, SECRETS, Duration.ofSeconds(1));
    }
}
