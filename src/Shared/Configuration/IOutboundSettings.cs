using System.Text.Json;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>settings</c> of one outbound protocol.</summary>
public interface IOutboundSettings
{
    /// <summary>Writes the settings as one JSON object in the long form, with every secret masked.</summary>
    void WriteTo(Utf8JsonWriter writer);
}
