using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing.Attributes;

namespace Tunnel.Shared.Routing;

/// <summary>The expression holds for the attributes; what has none, and that is all but plain HTTP proxy requests, never matches.</summary>
internal sealed class AttributesMatcher(AttributeExpression expression) : IMatcher
{
    public bool Matches(ConnectionInfo info) => info.Attributes is { } attributes && expression.Holds(attributes);
}
