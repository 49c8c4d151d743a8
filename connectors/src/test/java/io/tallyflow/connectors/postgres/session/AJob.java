package io.tallyflow.connectors.postgres.session;

import java.sql.Driver;
import java.sql.DriverManager;
import java.util.Collections;

/** A job that has loaded a driver; running it is its end, its text the drivers of its own. */
public final class AJob implements Runnable {

    private final Driver driver = new org.postgresql.Driver();

    @Override
    public void run() {
        new DriverRelease().run();
    }

    @Override
    public String toString() {
        return Long.toString(
                Collections.list(DriverManager.getDrivers()).stream()
                        .filter(one -> one.getClass() == driver.getClass())
                        .count());
    }
}
