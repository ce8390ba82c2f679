package mongostore

// Commands lists every command this package sends, with the members it may carry besides those the driver adds to any
// command. Operators lists every operator in filters, pipelines and projections. TestConformance holds the package to both; docs/storage.md
// shows them to administrators and to those who judge another server that speaks the protocol.
var (
	Commands = map[string][]string{
		"hello":         {"helloOk", "topologyVersion", "maxAwaitTimeMS"},
		"buildInfo":     nil,
		"createIndexes": {"indexes"},
		"insert":        {"documents", "ordered"},
		"update":        {"updates", "ordered"},
		"delete":        {"deletes", "ordered"},
		"find":          {"filter", "sort", "limit", "batchSize", "projection"},
		"aggregate":     {"pipeline", "cursor"},
		"getMore":       {"collection", "batchSize"},
		"killCursors":   {"cursors"},
		"endSessions":   nil,
	}
	// Added by the driver to any command.
	commandMembers = []string{"$db", "lsid", "txnNumber", "$clusterTime", "writeConcern", "readConcern", "maxTimeMS", "$readPreference", "apiVersion"}

	Operators = []string{
		// filters
		"$and", "$or", "$nor", "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$regex", "$elemMatch",
		// pipeline stages
		"$match", "$group", "$limit",
		// group expressions
		"$sum", "$min", "$max", "$ifNull", "$cond", "$multiply", "$subtract", "$divide", "$toLong",
	}
)
