using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Which route a request takes.</summary>
/// <param name="Kind">Whether there is one.</param>
/// <param name="Index">Its place in the site; -1 where there is none.</param>
/// <param name="Groups">What the groups of its regexp matched, the whole match first; empty where it has none.</param>
/// <param name="Methods">What would be allowed, where the method is wrong.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RouteChoice(RouteChoiceKind Kind, int Index, ImmutableArray<string> Groups, ImmutableArray<string> Methods)
{
    public static readonly RouteChoice None = new(RouteChoiceKind.None, -1, [], []);
}
