package io.tallyflow.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallyflow.cli.embedded.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** A server that answers as Flink's REST interface was told to. */
final class FakeFlink implements AutoCloseable {

    private static final Pattern STARTED = Pattern.compile("\"jobId\":\"([0-9a-f]{32})\"");

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Map<String, Runnable> deeds = new ConcurrentHashMap<>();
    private final HttpServer server;

    private volatile String started = "";

    private record Answer(int status, String body) {}

    FakeFlink() throws IOException {
        server = HttpServer.create(new InetSocketAddress(Ports.LOOPBACK, 0), 0);
        server.createContext("/", this::answer);
        server.start();
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
    void answers(String request, String json) {
        answers.put(request, new Answer(200, json));
    }

    void fails(String request, String json) {
        answers.put(request, new Answer(500, json));
    }

    /** It does what it is asked to, and the answer gets lost. */
    void losesTheAnswerTo(String request) {
        lost.add(request);
    }

    /** What happens each time that it is asked this, before it answers. */
    void does(String request, Runnable deed) {
        deeds.put(request, deed);
    }

    void knowsNot(String request) {
        answers.remove(request);
    }

    /** Method, path and body of each. */
    List<String> requests() {
        return requests;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
