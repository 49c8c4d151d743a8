package io.tallyflow.benchmarks.programs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/**
 * What a program is told.
 *
 * @param kafka {@code host:port}
 * @param topic that is read
 * @param records in the topic
 * @param unique of these, those that are not replays
 * @param markAt how many records are before the mark that a part of the time is taken from
 * @param meters how many of the meters the product counts
 * @param shards over how many keys the product spreads the events of one subject
 * @param directory for its files, empty
 * @param postgresUrl JDBC URL; empty if there is no Postgres
 * @param patience after which it gives up
 * @param steady how long a program that measures checkpoints at a steady rate does so
 * @param filterBytes what filters of older identities may fill in each slot; 0 for their share of
 *     the heap
 */
public record ProgramSettings(
        ProgramName program,
        String kafka,
        String topic,
        long records,
        long unique,
        long markAt,
        int parallelism,
        int meters,
        int shards,
        Path directory,
        String postgresUrl,
        Duration patience,
        Duration steady,
        long filterBytes) {

    /** User of the Postgres; it asks for no password. */
    public static final String POSTGRES_USER = "tallyflow";

    /** As text. */
    public Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("program", program.name());
        properties.setProperty("kafka", kafka);
        properties.setProperty("topic", topic);
        properties.setProperty("records", Long.toString(records));
        properties.setProperty("unique", Long.toString(unique));
        properties.setProperty("markAt", Long.toString(markAt));
        properties.setProperty("parallelism", Integer.toString(parallelism));
        properties.setProperty("meters", Integer.toString(meters));
        properties.setProperty("shards", Integer.toString(shards));
        properties.setProperty("directory", directory.toString());
        properties.setProperty("postgresUrl", postgresUrl);
        properties.setProperty("patience", patience.toString());
        properties.setProperty("steady", steady.toString());
        properties.setProperty("filterBytes", Long.toString(filterBytes));
        return properties;
    }

    /** Reads what {@link #properties} wrote. */
    static ProgramSettings from(Properties properties) {
        return new ProgramSettings(
                ProgramName.valueOf(properties.getProperty("program")),
                properties.getProperty("kafka"),
                properties.getProperty("topic"),
                Long.parseLong(properties.getProperty("records")),
                Long.parseLong(properties.getProperty("unique")),
                Long.parseLong(properties.getProperty("markAt")),
                Integer.parseInt(properties.getProperty("parallelism")),
                Integer.parseInt(properties.getProperty("meters")),
                Integer.parseInt(properties.getProperty("shards")),
                Path.of(properties.getProperty("directory")),
                properties.getProperty("postgresUrl"),
                Duration.parse(properties.getProperty("patience")),
                Duration.parse(properties.getProperty("steady")),
                Long.parseLong(properties.getProperty("filterBytes")));
    }
}
