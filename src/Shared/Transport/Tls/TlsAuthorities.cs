using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Transport.Tls;

/// <summary>The authorities that a configuration names.</summary>
internal static class TlsAuthorities
{
    /// <summary>Reads them; null where the configuration names none.</summary>
    /// <exception cref="CertificateException">One cannot be used; the message names it.</exception>
    public static X509Certificate2Collection? Load(TlsConfig config)
    {
        if (config is { CaFile: null, Authorities.IsEmpty: true })
        {
            return null;
        }

        var result = new X509Certificate2Collection();
        if (config.CaFile is not null)
        {
            Add(result, $"the CA file '{config.CaFile}'", () => File.ReadAllText(config.CaFile));
        }

        foreach (var authority in config.Authorities)
        {
            if (authority.CertificateFile is { } file)
            {
                Add(result, $"the certificate file '{file}'", () => File.ReadAllText(file));
            }
            else
            {
                Add(result, "a certificate of usage 'verify' in the configuration", () => string.Join('\n', authority.CertificateLines));
            }
        }

        return result;
    }

    private static void Add(X509Certificate2Collection authorities, string what, Func<string> read)
    {
        var before = authorities.Count;
        try
        {
            authorities.ImportFromPem(read());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CertificateException($"{what} cannot be read: {exception.Message}", exception);
        }

        if (authorities.Count == before)
        {
            throw new CertificateException($"{what} holds no certificate; it must be PEM text");
        }
    }
}
