using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Proxies;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Who is let in, by HTTP Basic authentication.</summary>
public sealed record WebAuth
{
    /// <summary>What the browser's question says. No control characters.</summary>
    public string Realm { get; init; } = "Restricted";

    /// <summary>At least one once a configuration has loaded, each name once.</summary>
    public ImmutableArray<ProxyUser> Users { get; init; } = [];

    /// <summary>A function that says whether a name and a password belong together, and takes as long for wrong ones. Safe for concurrent use.</summary>
    public Func<string, string, bool> CreateCheck() => new ProxyAccounts(Users).Accepts;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("auth");
        writer.WriteString("realm", Realm);
        writer.WriteStartArray("users");
        foreach (var user in Users)
        {
            writer.WriteStartObject();
            writer.WriteString("user", user.Name);
            writer.WriteString("pass", user.PasswordReference.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
