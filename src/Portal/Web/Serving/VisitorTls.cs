using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Tunnel.Portal.Web.Serving;

/// <summary>What Kestrel wants to know of the TLS that a connection came through: that there was some, and what was agreed on.</summary>
/// <param name="protocol">Such as <c>h2</c>; empty where nothing was agreed on.</param>
internal sealed class VisitorTls(string protocol) : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    /// <summary>Visitors are not asked for certificates.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = Encoding.ASCII.GetBytes(protocol);

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
}
