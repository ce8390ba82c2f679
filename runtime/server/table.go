package server

import (
	"net/http"

	"pipewright/designer"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// table is every route of the API, one a line.
func (s *Server) table() []route {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	)
	return []route{
		{method: get, path: "/healthz", who: nobody, summary: "Whether the process answers", out: map[string]string{}, handle: s.healthz, ownPace: true},
		{method: get, path: "/readyz", who: nobody, summary: "Whether the store answers", out: map[string]string{}, handle: s.readyz, ownPace: true},
		{method: get, path: "/metrics", summary: "Prometheus metrics, for this machine and admins", handle: s.showMetrics, raw: true},
		{method: get, path: "/api/openapi.json", summary: "This document", handle: s.getOpenAPI},

		{method: get, path: "/api/setup", summary: "Whether set-up is needed", out: setupState{}, handle: s.getSetup},
		{method: post, path: "/api/setup", summary: "Make the first admin with the one-time code", in: setupIn{}, out: userOut{}, handle: s.postSetup},
		{method: post, path: "/api/login", summary: "Sign in", in: loginIn{}, out: userOut{}, handle: s.postLogin},
		{method: post, path: "/api/demo-login", summary: "Sign in as a sample person, in a demo only", in: demoLoginIn{}, out: userOut{}, handle: s.postDemoLogin},
		{method: post, path: "/api/logout", summary: "Sign out", handle: s.postLogout},
		{method: get, path: "/api/me", who: signedIn, summary: "Who I am, my apps, what I may do", out: meOut{}, handle: s.getMe},
		{method: patch, path: "/api/me", who: signedIn, summary: "Change my name, language, theme or password", in: meIn{}, out: userOut{}, handle: s.patchMe},
		{method: get, path: "/api/sessions", who: signedIn, summary: "Where I am signed in", out: items[sessionWire]{}, handle: s.getSessions},
		{method: del, path: "/api/sessions/:id", who: signedIn, summary: "Sign out there", handle: s.deleteSession},

		{method: get, path: "/api/users", who: signedIn, summary: "People", out: items[userWire]{}, handle: s.getUsers},
		{method: post, path: "/api/users", who: admins, summary: "Add a person", in: userIn{}, out: userWire{}, handle: s.postUser},
		{method: patch, path: "/api/users/:id", who: admins, summary: "Change a person", in: userIn{}, out: userWire{}, handle: s.patchUser},
		{method: get, path: "/api/teams", who: signedIn, summary: "Teams", out: items[teamWire]{}, handle: s.getTeams},
		{method: post, path: "/api/teams", who: admins, summary: "Add a team", in: teamIn{}, out: teamWire{}, handle: s.postTeam},
		{method: patch, path: "/api/teams/:key", who: admins, summary: "Change a team", in: teamIn{}, out: teamWire{}, handle: s.patchTeam},
		{method: get, path: "/api/roles", who: signedIn, summary: "Roles of the published apps", out: items[roleWire]{}, handle: s.getRoles},
		{method: get, path: "/api/absences", who: signedIn, summary: "Current and coming absences of mine and of those I manage, or of ?user", out: items[absenceOut]{}, handle: s.getAbsences},
		{method: post, path: "/api/absences", who: signedIn, summary: "Enter an absence: mine, or of somebody I manage", in: absenceIn{}, out: absenceOut{}, handle: s.postAbsence},
		{method: del, path: "/api/absences/:id", who: signedIn, summary: "Take an absence out", handle: s.deleteAbsence},

		{method: get, path: "/api/rates", who: admins, summary: "Exchange rates, newest first, of ?from and ?to", out: items[rateOut]{}, handle: s.getRates},
		{method: put, path: "/api/rates", who: admins, summary: "Enter, replace and take out exchange rates", in: ratesIn{}, out: items[rateOut]{}, handle: s.putRates},

		{method: get, path: "/api/templates", who: signedIn, summary: "The template gallery", out: items[designer.TemplateInfo]{}, handle: s.getTemplates},
		{method: post, path: "/api/templates/:key/install", who: admins, summary: "Install a template", in: installIn{}, out: appOut{}, handle: s.installTemplate},
		{method: post, path: "/api/apps/:app/sample", who: admins, summary: "Load the template's sample records", out: sampleOut{}, handle: s.loadSample},
		{method: del, path: "/api/apps/:app/sample", who: admins, summary: "Move the sample records to the recycle bin", out: sampleOut{}, handle: s.removeSample},
		{method: get, path: "/api/apps", who: signedIn, summary: "My apps", out: items[appOut]{}, handle: s.getApps},
		{method: post, path: "/api/apps", who: admins, summary: "Make an empty app", in: appIn{}, out: appOut{}, handle: s.postApp},
		{method: post, path: "/api/apps/import", who: admins, summary: "Make an app of a definition", in: importIn{}, out: appOut{}, handle: s.importApp, limit: maxDefinition},
		{method: get, path: "/api/apps/:app/model", who: signedIn, summary: "The live definition", out: modelOut{}, handle: s.getModel},
		{method: get, path: "/api/apps/:app/export", who: admins, summary: "The canonical definition of the draft or of ?release", handle: s.exportApp},
		{method: get, path: "/api/apps/:app/draft", who: admins, summary: "The draft with its problems", out: draftOut{}, handle: s.getDraft},
		{method: put, path: "/api/apps/:app/draft", who: admins, summary: "Save the draft (If-Match)", in: map[string]any{}, out: savedOut{}, handle: s.putDraft, limit: maxDefinition},
		{method: post, path: "/api/apps/:app/check", who: admins, summary: "Check a definition or the draft", in: importIn{}, out: checkOut{}, handle: s.postCheck, limit: maxDefinition},
		{method: get, path: "/api/apps/:app/uses", who: admins, summary: "Where the thing at ?path of the draft is named", out: items[useOut]{}, handle: s.getUses},
		{method: post, path: "/api/apps/:app/rename", who: admins, summary: "Give a thing of the draft another key, with every use (If-Match, or dryRun)", in: renameIn{}, out: renameOut{}, handle: s.postRename, limit: maxDefinition},
		{method: post, path: "/api/apps/:app/publish", who: admins, summary: "Publish the draft", in: publishIn{}, out: publishOut{}, handle: s.postPublish},
		{method: get, path: "/api/apps/:app/releases", who: admins, summary: "Releases, newest first", out: items[releaseOut]{}, handle: s.getReleases},
		{method: get, path: "/api/apps/:app/releases/:n", who: admins, summary: "One release", out: releaseOut{}, handle: s.getRelease},
		{method: post, path: "/api/apps/:app/releases/:n/restore", who: admins, summary: "Publish an old release again", out: publishOut{}, handle: s.restoreRelease},
		{method: get, path: "/api/apps/:app/diff", who: admins, summary: "What changed between ?from and ?to, in words", out: items[designer.Difference]{}, handle: s.getDiff},
		{method: post, path: "/api/apps/:app/preview-chain", who: admins, summary: "Who would decide on these values", in: previewIn{}, out: pathOut{}, handle: s.postPreviewChain, limit: maxDefinition},

		{method: get, path: "/api/apps/:app/forms/:form/schema", who: signedIn, summary: "The JSON Schema of a form's data", out: map[string]any{}, handle: s.getFormSchema},
		{method: get, path: "/api/apps/:app/forms/:form/records", who: signedIn, summary: "Records: ?where, sort, limit, after, q, stage, owner, view", out: items[recordOut]{}, handle: s.getRecords},
		{method: post, path: "/api/apps/:app/forms/:form/records", who: signedIn, summary: "Create a record (Idempotency-Key)", in: createIn{}, out: recordFullOut{}, handle: s.postRecord},
		{method: post, path: "/api/apps/:app/forms/:form/evaluate", who: signedIn, summary: "Compute a form without keeping anything", in: evaluateIn{}, out: evaluateOut{}, handle: s.postEvaluate},
		{method: post, path: "/api/apps/:app/forms/:form/export", who: signedIn, summary: "The records of a list as a file: CSV (UTF-8 or GB18030) or xlsx", in: exportIn{}, handle: s.postExport},
		{method: post, path: "/api/apps/:app/forms/:form/import", who: signedIn, summary: "Bring a file for an import: the content (CSV or xlsx) as the body, its name as the parameter name", out: importFileOut{}, handle: s.postImport, limit: maxImport, ownPace: true},
		{method: get, path: "/api/imports/:id", who: signedIn, summary: "How far an import is, and what was wrong", out: importOut{}, handle: s.getImport},
		{method: post, path: "/api/imports/:id/check", who: signedIn, summary: "Try an import without keeping anything", in: importPlanIn{}, out: rehearsalOut{}, handle: s.checkImport},
		{method: post, path: "/api/imports/:id/run", who: signedIn, summary: "Set an import going", in: importPlanIn{}, out: importOut{}, handle: s.runImport},
		{method: post, path: "/api/imports/:id/undo", who: signedIn, summary: "Move what an import has made to the recycle bin", out: importOut{}, handle: s.undoImport},
		{method: get, path: "/api/records/:id", who: signedIn, summary: "A record with its page", out: recordFullOut{}, handle: s.getRecord},
		{method: patch, path: "/api/records/:id", who: signedIn, summary: "Change fields (If-Match)", in: patchIn{}, out: recordFullOut{}, handle: s.patchRecord},
		{method: del, path: "/api/records/:id", who: signedIn, summary: "Move to the recycle bin", handle: s.deleteRecord},
		{method: post, path: "/api/records/:id/restore", who: signedIn, summary: "Take out of the recycle bin", out: recordFullOut{}, handle: s.simple(process.Restore)},
		{method: post, path: "/api/records/:id/purge", who: admins, summary: "Take out of the recycle bin for good", handle: s.postPurge},
		{method: post, path: "/api/records/:id/erase", who: admins, summary: "Take away for good, with all that was said of it", handle: s.postErase},
		{method: post, path: "/api/records/:id/transitions/:key", who: signedIn, summary: "Take a transition (Idempotency-Key)", in: moveIn{}, out: recordFullOut{}, handle: s.postTransition},
		{method: get, path: "/api/records/:id/transitions/:key/preview", who: signedIn, summary: "Who would approve", out: pathOut{}, handle: s.getPreview},
		{method: post, path: "/api/records/:id/checklist/:key", who: signedIn, summary: "Tick a checklist item", in: doneIn{}, out: recordFullOut{}, handle: s.postMark(process.Tick)},
		{method: post, path: "/api/records/:id/activities/:key", who: signedIn, summary: "Mark an activity as done", in: doneIn{}, out: recordFullOut{}, handle: s.postMark(process.Activity)},
		{method: post, path: "/api/records/:id/assign", who: signedIn, summary: "Give to another owner", in: assignIn{}, out: recordFullOut{}, handle: s.postAssign},
		{method: post, path: "/api/records/:id/notes", who: signedIn, summary: "Leave a note", in: noteIn{}, out: recordFullOut{}, handle: s.postNote},
		{method: post, path: "/api/records/:id/withdraw", who: signedIn, summary: "Withdraw the running approval", out: recordFullOut{}, handle: s.simple(process.Withdraw)},
		{method: post, path: "/api/records/:id/read", who: signedIn, summary: "Say that one has read what was copied to one", out: recordFullOut{}, handle: s.postRead},
		{method: post, path: "/api/records/:id/urge", who: signedIn, summary: "Remind those the approval waits for", out: recordFullOut{}, handle: s.simple(process.Urge)},
		{method: post, path: "/api/records/:id/retry", who: signedIn, summary: "Try the move of a blocked approval again", out: recordFullOut{}, handle: s.simple(process.Retry)},
		{method: get, path: "/api/records/:id/events", who: signedIn, summary: "The timeline, newest first", out: items[eventOut]{}, handle: s.getEvents},
		{method: get, path: "/api/records/:id/why", who: signedIn, summary: "How a value (path) or an event (seq) came about", out: whyOut{}, handle: s.getWhy},
		{method: get, path: "/api/records/:id/at", who: signedIn, summary: "The record as it stood at ?time, or after the entry ?seq of its timeline", out: momentOut{}, handle: s.getMoment},

		{method: get, path: "/api/tasks", who: signedIn, summary: "My tasks", out: items[taskOut]{}, handle: s.getTasks},
		{method: get, path: "/api/tasks/:id", who: signedIn, summary: "A task with its record", out: taskFullOut{}, handle: s.getTask},
		{method: post, path: "/api/tasks/:id/approve", who: signedIn, summary: "Approve (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("approve")},
		{method: post, path: "/api/tasks/:id/reject", who: signedIn, summary: "Reject (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("reject")},
		{method: post, path: "/api/tasks/:id/return", who: signedIn, summary: "Return (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("return")},
		{method: post, path: "/api/tasks/:id/transfer", who: signedIn, summary: "Pass on to somebody else (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("transfer")},
		{method: post, path: "/api/tasks/:id/delegate", who: signedIn, summary: "Ask somebody, and decide oneself afterwards (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("delegate")},
		{method: post, path: "/api/tasks/:id/addSign", who: signedIn, summary: "Add people who decide before or after (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("addSign")},
		{method: post, path: "/api/tasks/:id/removeSign", who: signedIn, summary: "Take back people one has asked (Idempotency-Key)", in: decideIn{}, out: decidedOut{}, handle: s.postDecision("removeSign")},
		{method: post, path: "/api/tasks/batch", who: signedIn, summary: "Decide up to 100 tasks alike (Idempotency-Key)", in: batchIn{}, out: items[batchedOut]{}, handle: s.postBatch},
		{method: post, path: "/api/tasks/:id/done", who: signedIn, summary: "Mark as done", out: decidedOut{}, handle: s.postTaskDone},

		{method: get, path: "/api/apps/:app/pools", who: signedIn, summary: "My pools, with how much of my limits is used", out: items[poolOut]{}, handle: s.getPools},
		{method: get, path: "/api/apps/:app/pools/:key", who: signedIn, summary: "Records of a pool: ?where, sort, limit, after, q", out: poolPageOut{}, handle: s.getPool},
		{method: post, path: "/api/records/:id/claim", who: signedIn, summary: "Claim out of its pool (Idempotency-Key)", out: recordFullOut{}, handle: s.postClaim},
		{method: post, path: "/api/records/:id/release", who: signedIn, summary: "Put into a pool, with a reason (Idempotency-Key)", in: releaseRecordIn{}, out: recordFullOut{}, handle: s.postRelease},
		{method: get, path: "/api/apps/:app/boards/:view", who: signedIn, summary: "A board's columns with counts and sums", out: boardOut{}, handle: s.getBoard},
		{method: get, path: "/api/apps/:app/reports/:key", who: signedIn, summary: "A report", out: reportOut{}, handle: s.getReport},
		{method: get, path: "/api/apps/:app/dashboards/:key", who: signedIn, summary: "A dashboard with its reports", out: dashboardOut{}, handle: s.getDashboard},
		{method: get, path: "/api/home", who: signedIn, summary: "My work", out: homeOut{}, handle: s.getHome},
		{method: get, path: "/api/search", who: signedIn, summary: "Records of all apps by title, number and the fields made for searching", out: items[foundOut]{}, handle: s.getSearch},
		{method: get, path: "/api/notices", who: signedIn, summary: "What I was told", out: items[noticeOut]{}, handle: s.getNotices},
		{method: post, path: "/api/notices/read", who: signedIn, summary: "Mark notices as read", in: readIn{}, handle: s.postNoticesRead},
		{method: post, path: "/api/files", who: signedIn, summary: "Upload a file: the content as the body, the name as the parameter name", out: fileOut{}, handle: s.postFile, limit: engine.MaxFile, ownPace: true},
		{method: get, path: "/api/files/:id", who: signedIn, summary: "A file, in the record it stands in (record), or its small picture (thumb=1)", handle: s.getFile, raw: true},
		{method: get, path: "/api/stream", who: signedIn, summary: "Live changes (server-sent events)", handle: s.getStream, raw: true},

		{method: get, path: "/api/automations/:app", who: admins, summary: "Automations with their next fires", out: items[automationOut]{}, handle: s.getAutomations},
		{method: get, path: "/api/automations/:app/:key/runs", who: admins, summary: "Runs of an automation", out: items[runOut]{}, handle: s.getRuns},
		{method: get, path: "/api/schedules", who: admins, summary: "The ledger of schedules", out: items[ledgerOut]{}, handle: s.getSchedules},
		{method: get, path: "/api/audit/anchors", who: admins, summary: "The signed ends of all chains of events, a line a day", out: items[anchorOut]{}, handle: s.getAnchors},
		{method: get, path: "/api/audit/anchors/:day", who: admins, summary: "An anchor with its ends, as it is handed out", out: engine.Witness{}, handle: s.getAnchor},
		{method: get, path: "/api/jobs", who: admins, summary: "Jobs by ?state", out: items[jobOut]{}, handle: s.getJobs},
		{method: post, path: "/api/jobs/:id/retry", who: admins, summary: "Run a dead job again", handle: s.retryJob},
		{method: post, path: "/api/jobs/:id/discard", who: admins, summary: "Give a dead job up", handle: s.discardJob},
	}
}
