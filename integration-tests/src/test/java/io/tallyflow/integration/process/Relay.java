package io.tallyflow.integration.process;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Brings what comes to an IPv6 address to a server elsewhere. */
final class Relay implements AutoCloseable {

    private final ServerSocket socket;
    private final String host;
    private final int port;
    private final List<Socket> open = new ArrayList<>();

    private Relay(ServerSocket socket, String host, int port) {
        this.socket = socket;
        this.host = host;
        this.port = port;
    }

    static Relay to(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        ServerSocket socket = null;
        try {
            socket = new ServerSocket(0, 10, InetAddress.getByName("::1"));
        } catch (IOException e) {
            assumeThat(e).as("this machine has IPv6").isNull();
        }
        Relay relay =
                new Relay(
                        socket,
                        address.substring(0, colon),
                        Integer.parseInt(address.substring(colon + 1)));
        new Thread(relay::serve).start();
        return relay;
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = socket.accept();
                Socket server = new Socket(host, port);
                synchronized (open) {
                    open.addAll(List.of(client, server));
                }
                new Thread(() -> copy(client, server)).start();
                new Thread(() -> copy(server, client)).start();
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One of the two has gone.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        synchronized (open) {
            for (Socket one : open) {
                one.close();
            }
        }
    }
}
