using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.State;

namespace Tunnel.Shared.Interconnect;

/// <summary>Where a portal's certificate comes from: given PEM, or one that was made here and is kept.</summary>
public static class CertificateStore
{
    /// <summary>The file in the state directory that holds the certificate made here and its key, both PEM.</summary>
    public const string FileName = "interconnect.pem";

    /// <summary>Reads a certificate (the leaf first, then any intermediates) and its unencrypted key.</summary>
    /// <exception cref="CertificateException">A file cannot be read or used.</exception>
    public static PortalCertificate FromFiles(string certificatePath, string keyPath) =>
        Parse(Read(certificatePath), Read(keyPath), $"the certificate '{certificatePath}' with the key '{keyPath}'", "check both files");

    /// <summary>Takes a certificate (the leaf first, then any intermediates) and its unencrypted key as PEM text.</summary>
    /// <exception cref="CertificateException">The text cannot be used.</exception>
    public static PortalCertificate FromPem(string certificatePem, string keyPem) =>
        Parse(certificatePem, keyPem, "the certificate and key in the configuration", "both must be PEM text");

    /// <summary>Reads what an item of <c>tlsSettings.certificates</c> names.</summary>
    /// <exception cref="CertificateException">A file cannot be read, or the text cannot be used.</exception>
    public static PortalCertificate FromConfig(CertificateConfig config)
    {
        var chain = config.CertificateFile is { } file ? Read(file) : string.Join('\n', config.CertificateLines);
        var key = config.KeyFile is { } keyFile ? Read(keyFile) : string.Join('\n', config.KeyLines);
        return config is { CertificateFile: not null, KeyFile: not null }
            ? Parse(chain, key, $"the certificate '{config.CertificateFile}' with the key '{config.KeyFile}'", "check both files")
            : FromPem(chain, key);
    }

    /// <summary>
    /// The certificate kept in a directory; makes and keeps one where there is none. Processes that race all end up with the
    /// same one, and a file that is damaged is never replaced, because bridges may have pinned what it held.
    /// </summary>
    /// <exception cref="CertificateException">The file or the directory cannot be used.</exception>
    public static PortalCertificate LoadOrCreate(string stateDirectory, TimeProvider? timeProvider = null)
    {
        var path = Path.Combine(stateDirectory, FileName);
        if (!File.Exists(path))
        {
            Create(stateDirectory, path, (timeProvider ?? TimeProvider.System).GetUtcNow());
        }

        var pem = Read(path);
        return Parse(
            pem, pem, $"the file '{path}'", "restore it from a backup; or delete it, and a new certificate is made (a bridge that pins the old one needs the new pin)");
    }

    private static void Create(string directory, string path, DateTimeOffset now)
    {
        try
        {
            PrivateFile.TryCreate(path, SelfSignedCertificate.CreatePem(now));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(
                $"Cannot keep a certificate in '{directory}': {exception.Message} Give the portal a directory it may write to, or a certificate of your own.", exception);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"Cannot read '{path}': {exception.Message} Check that the file exists and that this user may read it.", exception);
        }
    }

    private static PortalCertificate Parse(string certificatePem, string keyPem, string what, string advice)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            if (OperatingSystem.IsWindows())
            {
                // SChannel cannot use a key that was only ever in memory.
                using var ephemeral = leaf;
                leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), password: null);
            }

            var intermediates = new X509Certificate2Collection();
            intermediates.ImportFromPem(certificatePem);
            intermediates.RemoveAt(0);
            return new PortalCertificate(leaf, intermediates);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // The inner message may quote the PEM's structure but never key bytes; still, only its type of complaint is needed.
            throw new CertificateException($"Cannot use {what}: it is damaged, encrypted, or the key does not belong to the certificate; {advice}.", exception);
        }
    }
}
