package io.tallyflow.cli.terminal;

import java.io.IOException;
import sun.misc.Signal;

/** Ctrl-C and its like. */
public final class Signals {

    private static final String[] STOPPING = {"INT", "TERM", "HUP"};

    private Signals() {}

    /**
     * On a signal ends the lifetime and then the process, with exit code 0: to be stopped is not a
     * failure. See {@link #stopWith}.
     */
    public static void stopCleanly(Lifetime lifetime) {
        stopWith(0, lifetime);
    }

    /**
     * On a signal ends the lifetime and then the process. A second signal does not wait. However
     * else the process comes to exit, the lifetime ends first.
     */
    public static void stopWith(int exitCode, Lifetime lifetime) {
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::close, "stop"));
        for (String name : STOPPING) {
            Signal.handle(
                    new Signal(name),
                    signal -> {
                        if (lifetime.isOver()) {
                            killThisProcess();
                        }
                        System.exit(exitCode);
                    });
        }
    }

    /**
     * To halt the Java machine is not enough: on its way out RocksDB waits for its threads, which
     * wait for the machine.
     */
    private static void killThisProcess() {
        try {
            new ProcessBuilder("sh", "-c", "kill -KILL $PPID").start();
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
