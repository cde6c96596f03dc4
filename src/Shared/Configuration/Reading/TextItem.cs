using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>One text of a list, with the node to complain about.</summary>
internal sealed record TextItem(string Text, ConfigNode Node);
