namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Why an interconnect in the clear is refused.</summary>
internal static class Plaintext
{
    /// <param name="fact">What leads beyond this machine, such as <c>listens on 0.0.0.0</c>.</param>
    public static string Refusal(string fact) =>
        $"security 'none' would send visitors' traffic in the clear, and this {fact}, which is not this machine alone; remove "
        + "\"security\": \"none\" (TLS needs no further setting), or set \"allowPlaintext\": true in streamSettings if "
        + "something else protects the way (streamSettings.allowPlaintext)";
}
