package io.tallyflow.benchmarks.programs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.OptionalLong;

/** What operators of a running job measure, as Flink's REST interface tells it. */
final class OperatorMetrics {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String job;

    /** Of a job at {@code http://HOST:PORT}. */
    OperatorMetrics(String webAddress, String job) {
        this.job = webAddress + "/jobs/" + job;
    }

    /** All subtasks together; empty until Flink, which fetches them when asked, has them. */
    OptionalLong sum(String name) throws IOException, InterruptedException {
        for (JsonNode vertex : get(job).path("vertices")) {
            String metrics = job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
            for (JsonNode metric : get(metrics)) {
                String id = metric.path("id").asText();
                if (id.endsWith("." + name)) {
                    JsonNode sum = get(metrics + "?agg=sum&get=" + id).path(0).path("sum");
                    return OptionalLong.of(Math.round(sum.asDouble()));
                }
            }
        }
        return OptionalLong.empty();
    }

    private JsonNode get(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
    }
}
