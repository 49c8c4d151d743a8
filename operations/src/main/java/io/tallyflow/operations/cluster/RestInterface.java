package io.tallyflow.operations.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One request each, and the answer as JSON. For one thread. */
final class RestInterface {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(3);
    private static final int ERRORS_FROM = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final Duration ELECTION = Duration.ofSeconds(60);
    private static final String BOUNDARY = "tallyflow-7b1d4c0e9f2a";

    /** A server that refuses a certificate may close the connection without a word. */
    private static final String CERTIFICATE =
            "; if it asks for a certificate, name yours in the file of ";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final HttpClient client;

    /**
     * @param base ends with a slash
     * @param tls null for what Java trusts, and no certificate of this client
     */
    RestInterface(URI base, @Nullable SSLContext tls) {
        this.base = base;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT);
        this.client = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    JsonNode get(String path) {
        return answer(request(path).GET().build());
    }

    JsonNode post(String path, Object body) {
        try {
            return answer(
                    request(path)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                            .build());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    JsonNode patch(String path) {
        return answer(request(path).method("PATCH", BodyPublishers.noBody()).build());
    }

    /** Sends a jar under a name. */
    JsonNode upload(String path, Path jar, String name) {
        try {
            return answer(
                    request(path)
                            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                            .POST(form(jar, name))
                            .build());
        } catch (FileNotFoundException e) {
            throw new ClusterFailure(jar + " is not there", e);
        }
    }

    private static BodyPublisher form(Path jar, String name) throws FileNotFoundException {
        return BodyPublishers.concat(
                BodyPublishers.ofString(
                        "--"
                                + BOUNDARY
                                + "\r\nContent-Disposition: form-data; name=\"jarfile\";"
                                + " filename=\""
                                + name
                                + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n"),
                BodyPublishers.ofFile(jar),
                BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(ANSWER);
    }

    private JsonNode answer(HttpRequest request) {
        HttpResponse<String> response = sendToLeader(request);
        JsonNode body;
        try {
            body = Objects.requireNonNullElse(JSON.readTree(response.body()), JSON.nullNode());
        } catch (JsonProcessingException e) {
            throw new ClusterFailure(
                    RequestText.of(
                            base,
                            " answers, but not as Flink does: check ",
                            RequestInput.CLUSTER,
                            " (status ",
                            response.statusCode(),
                            ")"),
                    e);
        }
        if (response.statusCode() >= ERRORS_FROM) {
            throw refused(request, response.statusCode(), body);
        }
        return body;
    }

    /** While JobManagers agree on who leads, nothing is carried out. */
    private HttpResponse<String> sendToLeader(HttpRequest request) {
        HttpResponse<String> led =
                Deadline.in(ELECTION)
                        .await(
                                () -> {
                                    HttpResponse<String> response = send(request);
                                    return response.statusCode() == UNAVAILABLE ? null : response;
                                });
        return led == null ? send(request) : led;
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw ClusterFailure.unanswered(RequestText.of(base, " does not answer in time"), e);
        } catch (SSLException e) {
            throw new ClusterFailure(
                    RequestText.of(
                            base,
                            " and this client do not agree on TLS (",
                            Objects.requireNonNullElse(e.getMessage(), e.getClass().getName()),
                            "): name whom to trust, and your own certificate if it asks for one,"
                                    + " in the file of ",
                            RequestInput.CLUSTER_TLS),
                    e);
        } catch (IOException e) {
            throw ClusterFailure.unanswered(unreached(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterFailure("interrupted while waiting for " + base, e);
        }
    }

    private RequestText unreached(IOException e) {
        String why = Objects.requireNonNullElse(e.getMessage(), e.getClass().getName());
        String trouble = "no Flink cluster answers at " + base + " (" + why + "): ";
        String advice = "start it, or name another one with ";
        return base.getScheme().equals("https")
                ? RequestText.of(
                        trouble,
                        advice,
                        RequestInput.CLUSTER,
                        CERTIFICATE,
                        RequestInput.CLUSTER_TLS)
                : RequestText.of(trouble, advice, RequestInput.CLUSTER);
    }

    private ClusterFailure refused(HttpRequest request, int status, JsonNode body) {
        String errors =
                StreamSupport.stream(body.path("errors").spliterator(), false)
                        .map(JsonNode::asText)
                        .filter(text -> !text.equals("Internal server error."))
                        .map(ServerSideCause::of)
                        .collect(Collectors.joining("\n"));
        if (status == NOT_FOUND && request.uri().getPath().contains("/jars/")) {
            errors += " (a cluster with web.submit.enable: false takes no jobs)";
        }
        return new ClusterFailure(
                errors.isBlank()
                        ? request.method() + " " + request.uri() + " failed with status " + status
                        : errors);
    }
}
