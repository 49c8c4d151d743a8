package io.tallyflow.connectors.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * Connections that fill the staging table while the one that commits applies what is there. They
 * run a few parts ahead of it, no more: that bounds the memory.
 */
final class Loaders implements AutoCloseable {

    private final List<JdbcConnectionProvider> connections;
    private final BlockingQueue<JdbcConnectionProvider> free;
    private final ExecutorService threads;

    /** Connections are opened when they are first needed; at least one. */
    Loaders(List<JdbcConnectionProvider> connections) {
        this.connections = List.copyOf(connections);
        this.free = new ArrayBlockingQueue<>(connections.size(), false, connections);
        this.threads = Executors.newFixedThreadPool(connections.size(), Loaders::thread);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "postgres-loader");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to load the parts of a commit. */
    Loading load(StagedRows staged, List<CommitPart> parts) {
        return new Loading(staged, parts);
    }

    /** The parts of one commit, in their order. */
    final class Loading implements AutoCloseable {

        private final StagedRows staged;
        private final Iterator<CommitPart> parts;
        private final Queue<Future<RowBlock>> ahead = new ArrayDeque<>();

        private Loading(StagedRows staged, List<CommitPart> parts) {
            this.staged = staged;
            this.parts = parts.iterator();
        }

        /**
         * Waits until the next part is loaded.
         *
         * @return its distinct values, which are not staged
         */
        RowBlock next() throws SQLException, IOException, InterruptedException {
            while (parts.hasNext() && ahead.size() <= 2 * connections.size()) {
                CommitPart part = parts.next();
                ahead.add(threads.submit(() -> load(staged, part)));
            }
            try {
                return ahead.remove().get();
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            }
        }

        /** What is not loaded yet is not needed any more. */
        @Override
        public void close() {
            ahead.forEach(load -> load.cancel(true));
        }
    }

    private RowBlock load(StagedRows staged, CommitPart part)
            throws SQLException, IOException, InterruptedException {
        RowBlocks rows = RowsCodec.decode(part.rows());
        JdbcConnectionProvider provider = free.take();
        boolean loaded = false;
        try {
            Connection connection = provider.getOrEstablishConnection();
            connection.setAutoCommit(true);
            staged.load(connection, part.number(), rows);
            loaded = true;
            return rows.distincts();
        } catch (ClassNotFoundException e) {
            throw new IOException("the Postgres driver is not on the class path", e);
        } finally {
            if (!loaded) {
                provider.closeConnection();
            }
            free.add(provider);
        }
    }

    /** As if it had happened here. */
    private static RuntimeException rethrown(@Nullable Throwable cause)
            throws SQLException, IOException {
        if (cause instanceof SQLException trouble) {
            throw trouble;
        } else if (cause instanceof IOException trouble) {
            throw trouble;
        } else if (cause instanceof RuntimeException trouble) {
            throw trouble;
        }
        throw new IOException("a loader of staged rows failed", cause);
    }

    /** Also ends what is under way, on a server that does not answer too. */
    @Override
    public void close() {
        threads.shutdownNow();
        for (JdbcConnectionProvider provider : connections) {
            try {
                Connection connection = provider.getConnection();
                if (connection != null) {
                    connection.abort(Runnable::run);
                }
            } catch (SQLException e) {
                // It is closed below, if it was not already.
            }
            provider.closeConnection();
        }
    }
}
