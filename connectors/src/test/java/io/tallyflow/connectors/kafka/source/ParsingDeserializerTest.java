package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class ParsingDeserializerTest {

    @Test
    void travelsWithoutItsParserAndMakesAnotherForEachTask() throws Exception {
        ParsingDeserializer sent =
                new ParsingDeserializer(CountingParser::new, FollowedDefinitions.NONE.parsers());
        sent.open(null);
        assertThat(seen(sent)).isEqualTo(1);
        ParsingDeserializer one = InstantiationUtil.clone(sent);
        ParsingDeserializer other = InstantiationUtil.clone(sent);
        one.open(null);
        other.open(null);
        assertThat(seen(one)).isEqualTo(1);
        assertThat(seen(one)).isEqualTo(2);
        assertThat(seen(other)).isEqualTo(1);
    }

    private static long seen(ParsingDeserializer deserializer) {
        List<ParsedRecord> parsed = new ArrayList<>();
        deserializer.deserialize(
                new ConsumerRecord<>("t", 0, 0, null, null), new ListCollector<>(parsed));
        return parsed.get(0).offset();
    }

    /** Cannot travel, and answers with how many records it has seen. */
    private static final class CountingParser implements Function<ConsumedRecord, ParsedRecord> {

        private long seen;

        @Override
        public ParsedRecord apply(ConsumedRecord record) {
            seen++;
            return new ParsedRecord(0, seen, 0, null, null, null, null);
        }
    }
}
