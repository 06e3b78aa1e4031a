// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Server CERTIFICATES: for each line NAME=VERSION:KIND of its input, starts an HTTPS server on a
// free loopback port, and prints NAME=PORT. The server answers a request with the size and the hash
// of its body. The program ends at the end of its input.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

public class Server {
    private static final char[] PASSWORD = "interop".toCharArray();

    static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String hash;
        try {
            hash = String.format("%064x",
                new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(body)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
        byte[] text = (body.length + " " + hash).getBytes();
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    static SSLContext context(String path) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(path)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    static void serve(String directory, String line) throws Exception {
        String name = line.substring(0, line.indexOf('='));
        String version = line.substring(line.indexOf('=') + 1, line.indexOf(':'));
        String kind = line.substring(line.indexOf(':') + 1);
        HttpsServer server = HttpsServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(context(directory + "/" + kind + ".p12")) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters sslParameters = getSSLContext().getDefaultSSLParameters();
                sslParameters.setProtocols(new String[] {"TLSv" + version});
                parameters.setSSLParameters(sslParameters);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Server::answer);
        server.start();
        System.out.println(name + "=" + server.getAddress().getPort());
    }

    public static void main(String[] args) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            serve(args[0], line);
        }
        System.exit(0);
    }
}
