package io.tallyflow.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.tallyflow.local.embedded.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A server that answers as Flink's REST interface was told to. */
public final class FakeFlink implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("\"jobId\":\"([0-9a-f]{32})\"");

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Map<String, Runnable> deeds = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final String scheme;

    private volatile String started = "";

    private record Answer(int status, String body) {}

    public FakeFlink() throws IOException {
        this(HttpServer.create(new InetSocketAddress(Ports.LOOPBACK, 0), 0), "http");
    }

    private FakeFlink(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/", this::answer);
        server.start();
    }

    /** Asks every client for a certificate that the context trusts. */
    public static FakeFlink demandingCertificates(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(Ports.LOOPBACK, 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(context) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters demanding = context.getDefaultSSLParameters();
                        demanding.setNeedClientAuth(true);
                        parameters.setSSLParameters(demanding);
                    }
                });
        return new FakeFlink(server, "https");
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath().replaceAll("[0-9a-f]{32}", "ID");
        String request = exchange.getRequestMethod() + " " + path;
        requests.add(request + " " + new String(body, StandardCharsets.UTF_8));
        STARTED.matcher(requests.get(requests.size() - 1))
                .results()
                .forEach(found -> started = found.group(1));
        deeds.getOrDefault(request, () -> {}).run();
        if (lost.contains(request)) {
            exchange.close();
            return;
        }
        Answer answer =
                answers.getOrDefault(
                        request, new Answer(404, "{\"errors\":[\"Not found: " + path + "\"]}"));
        byte[] bytes = answer.body().replace("STARTED", started).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /**
     * @param request method and path; an id of 32 hex digits is ID
     * @param json in which STARTED stands for the id of the job that was started last
     */
    public void answers(String request, String json) {
        answers.put(request, new Answer(200, json));
    }

    /** The next savepoint is complete at once, there and with this number. */
    public void takesSavepoint(String uri, long checkpoint) {
        answers("POST /jobs/ID/savepoints", "{\"request-id\":\"t\"}");
        answers("POST /jobs/ID/stop", "{\"request-id\":\"t\"}");
        answers(
                "GET /jobs/ID/savepoints/t",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"" + uri + "\"}}");
        answers(
                "GET /jobs/ID/checkpoints",
                "{\"latest\":{\"savepoint\":null},\"history\":[{\"id\":99,\"external_path\":\"x\"},"
                        + ("{\"id\":" + checkpoint + ",\"external_path\":\"" + uri + "\"}]}"));
    }

    public void fails(String request, String json) {
        answers.put(request, new Answer(500, json));
    }

    /** It does what it is asked to, and the answer gets lost. */
    public void losesTheAnswerTo(String request) {
        lost.add(request);
    }

    /** What happens each time that it is asked this, before it answers. */
    public void does(String request, Runnable deed) {
        deeds.put(request, deed);
    }

    public void knowsNot(String request) {
        answers.remove(request);
    }

    /** Method, path and body of each. */
    public List<String> requests() {
        return requests;
    }

    public String url() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
