package io.tallyflow.connectors.directory;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** Flink's local files, by their place in a {@link FlinkDirectory}. */
final class DirectoryFileSystem extends LocalFileSystem {

    private final URI uri;

    private DirectoryFileSystem(URI uri) {
        this.uri = uri;
    }

    /** Found by Flink as a service. */
    public static final class Factory implements FileSystemFactory {

        @Override
        public String getScheme() {
            return FlinkDirectory.SCHEME;
        }

        @Override
        public FileSystem create(URI address) {
            return new DirectoryFileSystem(
                    URI.create(FlinkDirectory.SCHEME + "://" + address.getAuthority() + "/"));
        }
    }

    @Override
    public URI getUri() {
        return uri;
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path(uri);
    }

    @Override
    public Path getHomeDirectory() {
        return new Path(uri);
    }

    @Override
    public File pathToFile(Path path) {
        try {
            return FlinkDirectory.rootOf(uri.getAuthority())
                    .resolve(path.getPath().replaceFirst("^/+", ""))
                    .toFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        File file = pathToFile(path);
        if (!file.exists()) {
            throw new FileNotFoundException("there is no " + file);
        }
        return new Status(path, file);
    }

    @Override
    public FileStatus[] listStatus(Path path) {
        File file = pathToFile(path);
        if (file.isFile()) {
            return new FileStatus[] {new Status(path, file)};
        }
        File[] children = file.listFiles();
        FileStatus[] all = new FileStatus[children == null ? 0 : children.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Status(new Path(path, children[i].getName()), children[i]);
        }
        return all;
    }

    private record Status(Path path, File file) implements FileStatus {

        @Override
        public long getLen() {
            return file.length();
        }

        @Override
        public long getBlockSize() {
            return file.length();
        }

        @Override
        public short getReplication() {
            return 1;
        }

        @Override
        public long getModificationTime() {
            return file.lastModified();
        }

        @Override
        public long getAccessTime() {
            return 0;
        }

        @Override
        public boolean isDir() {
            return file.isDirectory();
        }

        @Override
        public Path getPath() {
            return path;
        }
    }
}
