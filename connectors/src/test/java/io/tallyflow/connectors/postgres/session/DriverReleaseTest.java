package io.tallyflow.connectors.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.sql.DriverManager;
import java.util.Collections;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DriverReleaseTest {

    private static final String PROGRAM = DriverReleaseTest.class.getPackageName() + ".AJob";

    @Test
    void takesBackTheDriversOfAJobAndNoOthers() throws Exception {
        Class.forName("org.postgresql.Driver");
        Runnable job = aJob();
        assertThat(driversSeenBy(job)).isEqualTo(1);
        job.run();
        assertThat(driversSeenBy(job)).isZero();
        assertThat(ofThisProgram()).isEqualTo(1);
    }

    @Test
    void leavesTheDriversOfAProgramThatRunsAJobEmbedded() throws Exception {
        Class.forName("org.postgresql.Driver");
        new DriverRelease().run();
        assertThat(ofThisProgram()).isEqualTo(1);
    }

    private static long ofThisProgram() {
        return Collections.list(DriverManager.getDrivers()).stream()
                .filter(driver -> driver.getClass().getName().equals("org.postgresql.Driver"))
                .count();
    }

    /** Made of classes of its own, with the driver among them. */
    private static Runnable aJob() throws Exception {
        return (Runnable)
                new OwnClasses().loadClass(PROGRAM).getDeclaredConstructor().newInstance();
    }

    private static long driversSeenBy(Runnable job) {
        return Long.parseLong(job.toString());
    }

    /** Loads the driver and what releases it anew, as Flink does for each job. */
    private static final class OwnClasses extends ClassLoader {

        private static final Set<String> OWN = Set.of(PROGRAM, DriverRelease.class.getName());

        OwnClasses() {
            super(DriverReleaseTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded == null && (OWN.contains(name) || name.startsWith("org.postgresql."))) {
                    byte[] bytes = bytes(name);
                    loaded = defineClass(name, bytes, 0, bytes.length);
                }
                return loaded == null ? super.loadClass(name, resolve) : loaded;
            }
        }

        private byte[] bytes(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
