package io.tallyflow.benchmarks.programs;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.OptionalLong;

/** What operators of a running job measure, as Flink's REST interface tells it. */
final class OperatorMetrics {

    private final String job;

    /** Of a job at {@code http://HOST:PORT}. */
    OperatorMetrics(String webAddress, String job) {
        this.job = webAddress + "/jobs/" + job;
    }

    /** All subtasks together; empty until Flink, which fetches them when asked, has them. */
    OptionalLong sum(String name) throws IOException, InterruptedException {
        for (JsonNode vertex : FlinkAnswers.get(job).path("vertices")) {
            String metrics = job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
            for (JsonNode metric : FlinkAnswers.get(metrics)) {
                String id = metric.path("id").asText();
                if (id.endsWith("." + name)) {
                    JsonNode sum =
                            FlinkAnswers.get(metrics + "?agg=sum&get=" + id).path(0).path("sum");
                    return OptionalLong.of(Math.round(sum.asDouble()));
                }
            }
        }
        return OptionalLong.empty();
    }
}
