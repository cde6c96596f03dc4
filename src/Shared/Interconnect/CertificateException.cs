namespace Tunnel.Shared.Interconnect;

/// <summary>A certificate or its key cannot be used. The message names the file and what to do.</summary>
public sealed class CertificateException(string message, Exception? inner = null) : Exception(message, inner);
