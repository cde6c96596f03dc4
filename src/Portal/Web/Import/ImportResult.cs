using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import;

/// <summary>What a configuration of nginx became.</summary>
/// <param name="Json">Our configuration; null exactly where there is a problem.</param>
/// <param name="Remarks">What is left out or different, in the order of the files.</param>
/// <param name="Problem">Why nothing could be read.</param>
internal sealed record ImportResult(string? Json, ImmutableArray<ImportRemark> Remarks, NginxProblem? Problem);
