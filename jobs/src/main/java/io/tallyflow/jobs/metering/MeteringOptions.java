package io.tallyflow.jobs.metering;

import io.tallyflow.schemas.commit.RewindTarget;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be told to the job.
 *
 * @param meters the definitions' file
 * @param rewindTo null unless this start may rewind
 */
public record MeteringOptions(
        KafkaOptions kafka,
        PostgresOptions postgres,
        LakeEndOptions lake,
        Path meters,
        TimeRules time,
        StateRules state,
        @Nullable RewindTarget rewindTo) {

    /**
     * What may be seen of them by everybody: by the names that they are given with, with stars
     * where secrets are, and URLs without their parameters.
     */
    public Map<String, String> shown() {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Option option : Option.values()) {
            Object value = option.valueIn(this);
            if (value != null) {
                texts.put(option.key(), value.toString());
            }
        }
        texts.put(
                MeteringOptionsReader.PASSWORD_VARIABLE,
                postgres.connection().password().toString());
        return texts;
    }

    @Override
    public String toString() {
        return "MeteringOptions" + shown();
    }
}
