namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the settings of one inbound protocol; listed in <see cref="Protocols"/>.</summary>
internal interface IInboundSettingsReader
{
    /// <summary>The protocol's name in lower case.</summary>
    string Protocol { get; }

    /// <summary>What it can do with <c>streamSettings</c>.</summary>
    TransportProfile Transport => TransportProfile.Sockets;

    /// <summary>Reads every field, complains about all that is wrong, and calls <see cref="ObjectReader.End"/>. The result counts only when nothing is.</summary>
    IInboundSettings Read(ObjectReader settings, InboundContext context);
}
