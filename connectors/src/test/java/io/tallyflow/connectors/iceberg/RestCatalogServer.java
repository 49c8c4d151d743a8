package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.iceberg.table.LocalFileIO;
import io.tallyflow.connectors.postgres.PostgresServer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.regex.Pattern;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/**
 * A REST catalog on the loopback address, as Iceberg's own tests run it, that can make a commit and
 * answer something else.
 */
public final class RestCatalogServer implements AutoCloseable {

    /** What a client hears of a commit that was made. */
    enum Answer {
        /** The truth. */
        TRUE,
        /** Status 500. */
        FAILED,
        /** Status 503. */
        AWAY,
        /** Status 503 and when to ask again: the client does, by itself. */
        TRY_AGAIN,
        /** Half of an answer. */
        CUT
    }

    private final PostgresServer.Database database = PostgresServer.empty();
    private final JdbcCatalog catalog = new JdbcCatalog();
    private final Server server = new Server(new InetSocketAddress("127.0.0.1", 0));
    private final Deque<Answer> plan = new ConcurrentLinkedDeque<>();

    /** Starts it. */
    public RestCatalogServer(Path warehouse) throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put("uri", database.url());
        properties.put("jdbc.user", database.user());
        properties.put("jdbc.password", "");
        properties.put("jdbc.schema-version", "V1");
        properties.put("warehouse", warehouse.toUri().toString());
        properties.put("io-impl", LocalFileIO.class.getName());
        catalog.initialize("behind", properties);
        ServletContextHandler context = new ServletContextHandler();
        context.addFilter(
                new FilterHolder(new Answering(plan)), "/*", EnumSet.of(DispatcherType.REQUEST));
        context.addServlet(
                new ServletHolder(new RESTCatalogServlet(new RESTCatalogAdapter(catalog))), "/*");
        server.setHandler(context);
        server.start();
    }

    /** What the property {@code uri} must be. */
    public String address() {
        return server.getURI().resolve("/").toString();
    }

    /** The answers to the coming commits. */
    public void answerNext(Answer... answers) {
        plan.addAll(List.of(answers));
    }

    /** Whether all planned answers were given. */
    public boolean hasAnswered() {
        return plan.isEmpty();
    }

    @Override
    public void close() throws Exception {
        server.stop();
        catalog.close();
        database.close();
    }

    private static final class Answering extends HttpFilter {
        private static final long serialVersionUID = 1L;
        private static final Pattern COMMIT = Pattern.compile("/v1/namespaces/[^/]+/tables/[^/]+");

        private final transient Deque<Answer> plan;

        Answering(Deque<Answer> plan) {
            this.plan = plan;
        }

        @Override
        protected void doFilter(
                HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            Answer answer = isCommit(request) ? plan.poll() : null;
            if (answer == null || answer == Answer.TRUE) {
                chain.doFilter(request, response);
                return;
            }
            Unheard unheard = new Unheard(response);
            chain.doFilter(request, unheard);
            if (unheard.getStatus() != HttpServletResponse.SC_OK) {
                throw new ServletException("refused with status " + unheard.getStatus());
            }
            response.resetBuffer();
            answer(answer, response);
        }

        private static boolean isCommit(HttpServletRequest request) {
            return request.getMethod().equals("POST")
                    && COMMIT.matcher(request.getRequestURI()).matches();
        }

        private static void answer(Answer answer, HttpServletResponse response) throws IOException {
            switch (answer) {
                case FAILED -> response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
                case AWAY -> response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                case TRY_AGAIN -> {
                    response.setHeader("Retry-After", "1");
                    response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                }
                default -> {
                    response.setContentLength(1_000);
                    response.getWriter().write("{");
                    response.flushBuffer();
                    throw new IOException("the connection is cut");
                }
            }
        }
    }

    /** Takes an answer that nobody gets. */
    private static final class Unheard extends HttpServletResponseWrapper {
        Unheard(HttpServletResponse response) {
            super(response);
        }

        @Override
        public PrintWriter getWriter() {
            return new PrintWriter(Writer.nullWriter());
        }
    }
}
