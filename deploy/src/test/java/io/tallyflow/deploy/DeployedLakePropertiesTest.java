package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import org.apache.iceberg.CatalogProperties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeployedLakePropertiesTest {

    /** As Iceberg's classes for S3 name them. */
    private static final Set<String> OF_S3 =
            Set.of("s3.endpoint", "s3.path-style-access", "client.region");

    @ParameterizedTest
    @ValueSource(strings = {"compose", "kubernetes"})
    void nameWhatIcebergKnows(String folder) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(Repository.text("deploy/" + folder + "/lake.properties")));
        assertThat(properties.stringPropertyNames())
                .contains(CatalogProperties.FILE_IO_IMPL)
                .allMatch(key -> key.equals(CatalogProperties.FILE_IO_IMPL) || OF_S3.contains(key));
        for (String key : OF_S3) {
            assertThat(constants()).contains(key);
        }
        String io = properties.getProperty(CatalogProperties.FILE_IO_IMPL);
        assertThat(getClass().getClassLoader().getResource(io.replace('.', '/') + ".class"))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose", "kubernetes"})
    void standBesideDefinitionsThatAreAccepted(String folder) throws IOException {
        assertThat(MeterFile.read(Repository.ROOT.resolve("deploy/" + folder + "/meters.yaml")))
                .isNotEmpty();
    }

    /** Texts in the constant pools of the two classes that read properties. */
    private String constants() throws IOException {
        StringBuilder constants = new StringBuilder();
        for (String name : Set.of("s3/S3FileIOProperties", "AwsClientProperties")) {
            try (var in =
                    getClass()
                            .getClassLoader()
                            .getResourceAsStream("org/apache/iceberg/aws/" + name + ".class")) {
                assertThat(in).as(name).isNotNull();
                constants.append(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return constants.toString();
    }
}
