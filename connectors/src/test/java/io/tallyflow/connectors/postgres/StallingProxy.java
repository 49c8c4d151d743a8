package io.tallyflow.connectors.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Passes on what client and server say to each other, until the client says a certain word for the
 * first time: what the server answers to that is held back for a while.
 */
final class StallingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int serverPort;
    private final String word;
    private final long stallMillis;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean said;

    StallingProxy(int serverPort, String word, long stallMillis) throws IOException {
        this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        this.word = word;
        this.stallMillis = stallMillis;
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Whether the word was said. */
    boolean hasStalled() {
        return said;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "stalling proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Connection connection =
                        new Connection(
                                listener.accept(),
                                new Socket(InetAddress.getLoopbackAddress(), serverPort));
                sockets.add(connection.client);
                sockets.add(connection.server);
                start(connection::toServer);
                start(connection::toClient);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private final class Connection {

        private final Socket client;
        private final Socket server;
        private volatile boolean stalls;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void toServer() {
            try (InputStream in = client.getInputStream();
                    OutputStream out = server.getOutputStream()) {
                byte[] bytes = new byte[1 << 16];
                for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                    String text = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
                    if (!said && text.contains(word)) {
                        stalls = true;
                        said = true;
                    }
                    out.write(bytes, 0, read);
                    out.flush();
                }
            } catch (IOException e) {
                // Either side has gone.
            }
        }

        void toClient() {
            try (InputStream in = server.getInputStream();
                    OutputStream out = client.getOutputStream()) {
                byte[] bytes = new byte[1 << 16];
                for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                    if (stalls && closed.await(stallMillis, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    stalls = false;
                    out.write(bytes, 0, read);
                    out.flush();
                }
            } catch (IOException e) {
                // Either side has gone.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
