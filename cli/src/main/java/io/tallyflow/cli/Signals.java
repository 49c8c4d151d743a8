package io.tallyflow.cli;

import sun.misc.Signal;

/** Ctrl-C and its like. */
final class Signals {

    private static final String[] STOPPING = {"INT", "TERM", "HUP"};

    private Signals() {}

    /**
     * On a signal ends the lifetime and then the process, with exit code 0: to be stopped is not a
     * failure. See {@link #stopWith}.
     */
    static void stopCleanly(Lifetime lifetime) {
        stopWith(0, lifetime);
    }

    /**
     * On a signal ends the lifetime and then the process. A second signal does not wait. However
     * else the process comes to exit, the lifetime ends first.
     */
    static void stopWith(int exitCode, Lifetime lifetime) {
        Runtime.getRuntime().addShutdownHook(new Thread(lifetime::close, "stop"));
        for (String name : STOPPING) {
            Signal.handle(
                    new Signal(name),
                    signal -> {
                        if (lifetime.isOver()) {
                            // To halt the Java machine is not enough: on its way out RocksDB waits
                            // for its threads, which wait for the machine.
                            Signal.raise(new Signal("KILL"));
                        }
                        System.exit(exitCode);
                    });
        }
    }
}
