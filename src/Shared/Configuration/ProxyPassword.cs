namespace Tunnel.Shared.Configuration;

/// <summary>A password. Printing it prints a mask.</summary>
public sealed class ProxyPassword(string text) : IEquatable<ProxyPassword>
{
    /// <summary>The password itself, for the wire only.</summary>
    internal string Export() => text;

    public bool Equals(ProxyPassword? other) => other is not null && string.Equals(Export(), other.Export(), StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as ProxyPassword);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(text);

    public override string ToString() => "***";
}
