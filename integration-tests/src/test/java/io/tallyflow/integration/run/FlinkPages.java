package io.tallyflow.integration.run;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What Flink tells whoever asks: every page that says how it or a job was set up. */
public final class FlinkPages {

    private static final Pattern JOB = Pattern.compile("\"id\":\"([0-9a-f]{32})\"");
    private static final Pattern WORKER = Pattern.compile("\"id\":\"([^\"]+)\",\"path\"");
    private static final Pattern CHECKPOINT = Pattern.compile("\"id\":([0-9]+),\"status\"");

    private final HttpClient http;
    private final String base;
    private final Map<String, String> seen = new TreeMap<>();

    /**
     * @param base address of the REST interface, without a slash at its end
     */
    public FlinkPages(HttpClient http, String base) {
        this.http = http;
        this.base = base;
    }

    /** Text by address. At least one job, worker and checkpoint must be there. */
    public Map<String, String> all() throws IOException, InterruptedException {
        for (String path :
                List.of(
                        "/",
                        "/config",
                        "/overview",
                        "/jobs/overview",
                        "/jars",
                        "/datasets",
                        "/jobmanager/config",
                        "/jobmanager/environment",
                        "/jobmanager/log",
                        "/jobmanager/stdout",
                        "/jobmanager/logs",
                        "/jobmanager/metrics",
                        "/jobmanager/thread-dump")) {
            get(path);
        }
        for (String job : ids(JOB, get("/jobs"))) {
            jobPages("/jobs/" + job);
        }
        for (String worker : ids(WORKER, get("/taskmanagers"))) {
            for (String page : List.of("", "/log", "/stdout", "/logs", "/thread-dump")) {
                get("/taskmanagers/" + worker + page);
            }
        }
        return seen;
    }

    private void jobPages(String job) throws IOException, InterruptedException {
        for (String page :
                List.of(
                        "",
                        "/config",
                        "/jobmanager/config",
                        "/jobmanager/environment",
                        "/jobmanager/log-url",
                        "/plan",
                        "/exceptions",
                        "/accumulators?includeSerializedValue=true",
                        "/checkpoints/config")) {
            get(job + page);
        }
        for (String vertex : ids(JOB, get(job))) {
            get(job + "/vertices/" + vertex);
            get(job + "/vertices/" + vertex + "/accumulators");
        }
        for (String checkpoint : ids(CHECKPOINT, get(job + "/checkpoints"))) {
            get(job + "/checkpoints/details/" + checkpoint);
        }
    }

    /** Text of one page that must be there. */
    private String get(String path) throws IOException, InterruptedException {
        String body =
                http.send(
                                HttpRequest.newBuilder(URI.create(base + path)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        seen.put(path, body);
        return body;
    }

    private static List<String> ids(Pattern pattern, String text) {
        List<String> ids =
                new ArrayList<>(
                        pattern.matcher(text)
                                .results()
                                .map((MatchResult r) -> r.group(1))
                                .toList());
        if (ids.isEmpty()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return ids.stream().distinct().toList();
    }
}
